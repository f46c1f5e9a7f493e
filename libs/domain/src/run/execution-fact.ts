import type { Output } from '#events/output';
import type { Instant } from '#events/vocabulary';

interface Began {
  readonly acceptedAt?: Instant | undefined;
  readonly startedAt?: Instant | undefined;
  /** When it had taken longer than its time-out, where that is only to be told. */
  readonly overranAt?: Instant | undefined;
}

/** What an agent says of one execution: all it knows, newest state only. A finished one carries when it was accepted and started. */
export type ExecutionFact = { readonly executionId: string; readonly jobId: string } & (
  | { readonly state: 'accepted'; readonly acceptedAt: Instant }
  | ({ readonly state: 'started'; readonly startedAt: Instant } & Began)
  | ({
    readonly state: 'finished';
    readonly exitCode: number;
    readonly signal?: string | undefined;
    readonly finishedAt: Instant;
    readonly durationMs?: number | undefined;
    readonly output?: Output | undefined;
    /** The agent had delivered this signal before the process ended: it did not end by itself. */
    readonly stoppedBy?: 'SIGTERM' | 'SIGKILL' | undefined;
    /** It was the job's own time-out that had it stopped. */
    readonly timedOut?: true | undefined;
  } & Began)
  | ({ readonly state: 'orphaned'; readonly reason: string } & Began)
  | ({ readonly state: 'lost'; readonly reason: string } & Began)
  | { readonly state: 'never-started'; readonly reason: string }
  | { readonly state: 'declined'; readonly reason: string }
);
