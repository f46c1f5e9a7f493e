/** How a server was started (`kiroku server`). */
export interface ServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** The directory with the token files, the server's id and, by default, the log. */
  readonly data: string;
  /** Where the log is, as `openStore` takes it: `sqlite:FILE`, or the URL of a database. It may hold a password. */
  readonly store: string;
  /** Where other servers on the same log reach this one; what it listens on, unless that is said. */
  readonly advertise?: string | undefined;
  /** How long an agent may be silent before that is put on record. */
  readonly agentGraceSeconds: number;
}

export const SERVER_OPTIONS = Symbol('ServerOptions');
