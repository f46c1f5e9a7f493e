import type { ExecutionSpec, Report } from '#protocol/agent-link';
import type { Receipt } from '#events/agent.events';
import type { Instant } from '#events/vocabulary';

/** A report after which nothing more happens to an execution. */
export type TerminalReport = Extract<Report, { state: 'finished' | 'lost' | 'never-started' | 'declined' }>;

/** What names an execution in a report. */
export interface ExecutionName {
  readonly executionId: string;
  readonly runId: string;
  readonly jobId: string;
}

/** What a server asked for, or the execution's own time-out: its end, with the log position of the newest such wish (0: no server's). */
export interface StopRequest {
  readonly position: string;
  /** Between SIGTERM and SIGKILL; without any, SIGKILL comes at once. */
  readonly graceSeconds: number;
  /** The execution's own time-out asked for it first. */
  readonly timedOut?: true;
}

/** A signal that reached a living process of the job. */
export interface DeliveredSignal {
  readonly signal: 'SIGTERM' | 'SIGKILL';
  /** Seconds since the boot, read just before it was sent: comparable with the uptimes that a wrapper writes. */
  readonly uptime: number;
}

/**
 * One line of the journal's story. `starting` is durable before the wrapper is spawned and names the boot, because after a
 * reboot nothing but a result file can tell what became of it; it stands inside `accepted` where a slot was free at once, so that
 * the hand-off costs one sync. `opened`, by a process of the agent, is durable before the first hello of that. `stopping` is durable before the first signal. `ended` with a `position` answers a dispatch that was never accepted.
 */
export type JournalRecord =
  | { readonly type: 'accepted'; readonly spec: ExecutionSpec; readonly position: string; readonly acceptedAt: Instant; readonly starting?: string }
  | { readonly type: 'starting'; readonly executionId: string; readonly bootId: string }
  | ({ readonly type: 'stopping'; readonly executionId: string } & StopRequest)
  | ({ readonly type: 'signalled'; readonly executionId: string } & DeliveredSignal)
  | { readonly type: 'overran'; readonly executionId: string; readonly at: Instant }
  | { readonly type: 'orphaned'; readonly executionId: string; readonly reason: string }
  | { readonly type: 'ended'; readonly report: TerminalReport; readonly position?: string }
  | { readonly type: 'refused'; readonly report: TerminalReport; readonly position: string }
  | { readonly type: 'forgotten'; readonly executionId: string; readonly receipt: Receipt }
  | { readonly type: 'served'; readonly position: string }
  | { readonly type: 'opened'; readonly by: string }
  | ({ readonly type: 'session' } & SessionRecord);

/**
 * A session began. `anew`: where it stands in the log, when nothing that was told before counts any more, because the log was restored or
 * this journal went back. `epoch`: the log's, once it was ever restored.
 */
export interface SessionRecord {
  readonly session: number;
  readonly epoch?: number;
  readonly anew?: string;
}

/** An execution as the journal holds it, from its acceptance (or refusal) until the server stored its end. */
export interface HeldExecution extends ExecutionName {
  readonly spec?: ExecutionSpec;
  readonly acceptedAt?: Instant;
  /** The boot on which a wrapper may have been spawned. */
  readonly starting?: string;
  /** Why it was reported as orphaned. */
  readonly orphaned?: string;
  readonly stopping?: StopRequest;
  /** When it had taken longer than its time-out, where that is only to be told. */
  readonly overran?: Instant;
  /** In the order of their sending. */
  readonly signalled?: readonly DeliveredSignal[];
  readonly ended?: TerminalReport;
}

/** The whole state at one sequence, first frame of every journal file. */
export interface JournalSnapshot {
  readonly type: 'snapshot';
  readonly journalId: string;
  readonly servedUpTo: string;
  readonly receipt?: Receipt;
  readonly session?: number;
  readonly epoch?: number;
  /** How many processes have counted themselves. */
  readonly openedBy?: readonly string[];
  readonly held: readonly HeldExecution[];
  readonly forgotten: readonly string[];
  /** Execution id and position of the cancel. */
  readonly refusals: readonly (readonly [string, string])[];
}
