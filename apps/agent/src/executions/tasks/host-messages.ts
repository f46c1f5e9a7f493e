import type { Instant } from '#events/vocabulary';

/** What a host needs to call a task: everything by value. */
export interface TaskCall {
  readonly executionId: string;
  readonly runId: string;
  readonly jobId: string;
  readonly attempt: number;
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The execution's directory; it need not exist. */
  readonly directory: string;
}

/** From the agent to a host. The first is `load`; until it came, a host does nothing. Messages travel as lists, a list a turn of the loop. */
export type ToHost =
  | { readonly do: 'load'; readonly module: string }
  | { readonly do: 'call'; readonly call: TaskCall }
  | { readonly do: 'abort'; readonly executionId: string; readonly reason: string };

/** How a task settled. */
export interface Settled {
  readonly executionId: string;
  readonly exitCode: 0 | 1;
  readonly endedAt: Instant;
  readonly durationMs: number;
  /** Its signal had been aborted when it settled. */
  readonly wasAborted: boolean;
  readonly wrote: { readonly stdout: boolean; readonly stderr: boolean };
}

/** From a host to the agent. */
export type FromHost =
  | { readonly say: 'loaded'; readonly names: readonly string[] }
  | { readonly say: 'broken'; readonly why: string }
  | { readonly say: 'began'; readonly executionId: string; readonly at: Instant }
  | { readonly say: 'aborted'; readonly executionId: string }
  | ({ readonly say: 'settled' } & Settled)
  /** Something failed that leaves the process in doubt: it takes no more calls. */
  | { readonly say: 'unsound'; readonly why: string }
  /** The last words of a host that ends by itself. */
  | { readonly say: 'dying'; readonly why: string };
