import { EXIT } from '../client/exit-codes.js';
import type { Output } from '../output/output.js';

/** Ctrl-C ends the watching with the code that a shell would give it, after a last word. */
export async function untilCtrlC<Result>(out: Output, lastWord: string, watching: () => Promise<Result>): Promise<Result> {
  const leave = () => {
    out.note(lastWord);
    process.exit(EXIT.interrupted);
  };
  process.once('SIGINT', leave);
  try {
    return await watching();
  } finally {
    process.off('SIGINT', leave);
  }
}
