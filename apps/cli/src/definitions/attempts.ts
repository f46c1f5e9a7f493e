import type { DefinitionFault } from '#protocol/problem';
import { CliFailure, Refused } from '../client/cli-failure.js';
import { EXIT, type ExitCode } from '../client/exit-codes.js';
import type { CliContext } from '../cli-context.js';
import type { Output } from '../output/output.js';
import { oneLine } from '../output/plain-text.js';

/** Tries one thing after the other, whatever became of those before it. One that failed makes the whole fail. */
export class Attempts {
  code: ExitCode = EXIT.done;

  constructor(private readonly context: CliContext, private readonly out: Output) {}

  /** @param label where it came from, before what is said of its faults; `-` is stdin */
  async make<Result>(label: string, deed: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await deed();
    } catch (error) {
      // Without a server, or with flags that nobody understands, the others fare no better.
      if (!(error instanceof CliFailure) || error.exitCode !== EXIT.refused) throw error;
      if (this.out.json && error.document !== undefined) this.out.line(error.document);
      complaint(label === '-' ? '<stdin>' : label, error).forEach((line) => this.context.stderr.write(`${oneLine(line)}\n`));
      this.code = EXIT.refused;
      return undefined;
    }
  }
}

/** Like a compiler: editors jump to these lines. */
function complaint(label: string, error: CliFailure): string[] {
  const faults = error instanceof Refused ? (error.problem.faults ?? []) : [];
  const whole = error.message.includes(label) ? error.message : `${label}: ${error.message}`;
  return faults.length === 0 ? [`kiroku: ${whole}`] : faults.map((fault) => faultLine(label, fault));
}

function faultLine(label: string, { line, column, message }: DefinitionFault): string {
  return `${label}:${line}:${column}: ${message}`;
}
