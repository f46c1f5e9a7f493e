import type { CliContext } from '../cli-context.js';
import { WrongUsage } from '../client/cli-failure.js';

const MISSING = 'a reason is required: --reason "..." (it goes on record)';

/** The reason of an intervention: from the flag, else asked for where a person sits. */
export async function requiredReason(flag: string | undefined, context: CliContext): Promise<string> {
  if (flag !== undefined) {
    if (flag.trim() === '') throw new WrongUsage(MISSING);
    return flag.trim();
  }
  if (context.stdin.isTTY !== true || context.stderr.isTTY !== true) throw new WrongUsage(MISSING);
  const answer = (await ask('Reason (goes on record): ', context)).trim();
  if (answer === '') throw new WrongUsage(MISSING);
  return answer;
}

/** A reason that may be left out; nobody is asked for it. */
export function optionalReason(flag: string | undefined): string | undefined {
  if (flag?.trim() === '') throw new WrongUsage('--reason must not be empty');
  return flag?.trim();
}

/** Asks on stderr, because stdout carries the answer. */
async function ask(question: string, context: CliContext): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: context.stdin, output: context.stderr, terminal: false });
  context.stderr.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('close', () => reject(new WrongUsage(MISSING)));
    });
  } finally {
    lines.close();
  }
}
