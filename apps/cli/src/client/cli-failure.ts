import type { Problem } from '#protocol/problem';
import { EXIT, type ExitCode } from './exit-codes.js';

/** Ends a command with one line for people and a code for scripts. `document` is what the API answered, for `--json`. */
export class CliFailure extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode,
    readonly document?: string,
  ) {
    super(message);
  }
}

/** The server understood and said no. */
export class Refused extends CliFailure {
  constructor(
    readonly problem: Problem,
    document: string,
    hint = '',
  ) {
    super(`${problem.detail || problem.title} (${problem.code})${hint}`, EXIT.refused, document);
  }
}

/** No answer: nobody there, or the connection broke, or it took too long. */
export class Unreachable extends CliFailure {
  /** `arrived` is false when the request cannot have reached a server, so that nothing was done. */
  constructor(
    message: string,
    readonly arrived: 'no' | 'perhaps',
  ) {
    super(message, EXIT.unreachable);
  }
}

/** Something answered, but not as a Kiroku server does. `status` is the HTTP status. */
export class GarbledAnswer extends CliFailure {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message, EXIT.refused);
  }
}

/** The command line itself is wrong. */
export class WrongUsage extends CliFailure {
  constructor(message: string) {
    super(message, EXIT.usage);
  }
}
