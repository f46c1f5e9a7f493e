import { CommanderError } from 'commander';
import { CliFailure } from './client/cli-failure.js';
import { EXIT, type ExitCode } from './client/exit-codes.js';
import type { CliContext } from './cli-context.js';
import { oneLine } from './output/plain-text.js';
import { buildProgram } from './program.js';

/** Runs one command line to its end. Whatever goes wrong becomes one line on stderr and an exit code, never a stack. */
export async function runCli(args: readonly string[], version: string, context: CliContext): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  const program = buildProgram(context, version, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, args, context);
  }
}

function explain(error: unknown, args: readonly string[], context: CliContext): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof CliFailure && error.document !== undefined && args.includes('--json')) context.stdout.write(`${error.document}\n`);
  context.stderr.write(`kiroku: ${oneLine(error instanceof Error ? error.message : String(error))}\n`);
  return error instanceof CliFailure ? error.exitCode : EXIT.refused;
}
