import type { ExitCode } from '../client/exit-codes.js';

/** Tells how a command ended when it is not simply done; what fails throws a CliFailure instead. */
export type Finish = (code: ExitCode) => void;
