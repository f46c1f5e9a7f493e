import type { CliContext } from '../cli-context.js';
import { EXIT } from '../client/exit-codes.js';

type Streams = Pick<CliContext, 'stdout' | 'stderr'>;

/** A reader that is gone (`| head`) is nobody to tell, and nothing went wrong; a full disk did. */
const end = (error: NodeJS.ErrnoException): void => {
  if (error.code === 'EPIPE') return process.exit(EXIT.done);
  process.stderr.write(`kiroku: cannot write the output: ${error.message}\n`);
  process.exit(EXIT.refused);
};

const goOn = (): void => undefined;

/** A client command ends when its output cannot be written. */
export function endOnClosedOutput({ stdout, stderr }: Streams): void {
  stdout.on('error', end);
  stderr.on('error', end);
}

/** A server or an agent goes on: the `up` that read its output may have been killed. */
export function surviveClosedOutput({ stdout, stderr }: Streams): void {
  for (const stream of [stdout, stderr]) {
    stream.off('error', end);
    stream.on('error', goOn);
  }
}
