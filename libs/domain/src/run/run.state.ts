import type { JobDefinition, JobnetDefinition } from '#events/definition';
import type { RunOccurrence } from '#events/run.events';
import type { Instant } from '#events/vocabulary';
import { type ExecutionState, isOpenExecution } from './execution-transitions.js';
import type { JobDecision } from './interventions/last-decision.js';
import type { JobState } from './job-transitions.js';

/** One execution: what an agent was told to run, at most once, ever (law 3). It has a life of its own beside its job's. */
export interface Execution {
  readonly executionId: string;
  readonly ordinal: number;
  readonly attempt: number;
  readonly agent: string;
  readonly state: ExecutionState;
  readonly dispatchedAt: Instant;
  /** When the log last recorded a fact from the agent about it. */
  readonly lastHeardAt?: Instant | undefined;
  readonly acceptedAt?: Instant | undefined;
  readonly startedAt?: Instant | undefined;
  readonly finishedAt?: Instant | undefined;
  readonly durationMs?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly outcome?: 'succeeded' | 'failed' | undefined;
  readonly reason?: string | undefined;
  /** The result came after the job was decided: it is kept and changes nothing by itself (law 6). */
  readonly late?: boolean | undefined;
  /** An operator made the late result the job's. */
  readonly adopted?: boolean | undefined;
  readonly stopRequested?: boolean | undefined;
  /** Since when the agent says that it does not hold it. Evidence, not state (law 5). */
  readonly notKnownSince?: Instant | undefined;
  /** It has spoken of it since, or named it among what it holds. */
  readonly knownAfterAll?: true | undefined;
  readonly orphanedSince?: Instant | undefined;
  /** Since when it has taken longer than the job's time-out. */
  readonly overranAt?: Instant | undefined;
  /** The job's time-out stopped it. */
  readonly policy?: 'timeout' | undefined;
}

export interface Job {
  readonly definition: JobDefinition;
  readonly state: JobState;
  readonly attempt: number;
  /** The newest is the current one: only it may decide the job. */
  readonly executions: readonly Execution[];
  /** Since its predecessors were through: when it will have waited long enough. */
  readonly delayedUntil?: Instant | undefined;
  /** When the next attempt is due, as long as one is planned. */
  readonly retryAt?: Instant | undefined;
  /** How many attempts its own policy has asked for since an operator last did. */
  readonly retries?: number | undefined;
  /** By an operator's word: what it was settled with, or that of the late result that was adopted. */
  readonly exitCode?: number | undefined;
  readonly lastDecision?: JobDecision | undefined;
}

/** A run of one version of a jobnet; `undefined` before RunStarted. */
export interface Run {
  readonly runId: string;
  readonly jobnet: string;
  readonly version: number;
  readonly definition: JobnetDefinition;
  readonly parameters: Readonly<Record<string, string>>;
  readonly startedAt: Instant;
  readonly finishedAt?: Instant;
  readonly finished?: 'succeeded' | 'failed' | 'stopped';
  readonly held: boolean;
  /** How often the log was restored before the run's next execution; 0 if never. Part of the ids of its executions from then on. */
  readonly epoch: number;
  readonly stopRequested: boolean;
  /** When it was to start, where that is not when it did. */
  readonly nominalAt?: Instant | undefined;
  readonly occurrence?: RunOccurrence | undefined;
  /** The instant that was written for it, and when it was put on record that it had passed. */
  readonly startOverdue?: PassedBy | undefined;
  readonly overran?: PassedBy | undefined;
  readonly jobs: readonly Job[];
  /** Where a job stands in `jobs`, and who follows whom; fixed for the life of a run. */
  readonly shape: RunShape;
  /** Commands of operators that were applied, with the revision of their first event: a repeat after later changes does nothing. */
  readonly applied: ReadonlyMap<string, number>;
  /** Of the last event folded. */
  readonly revision: number;
}

/** An instant that a run missed. */
export interface PassedBy {
  readonly due: Instant;
  readonly at: Instant;
}

export interface RunShape {
  /** Something in its definition depends on the time. */
  readonly isTimed: boolean;
  readonly indexOf: ReadonlyMap<string, number>;
  readonly predecessors: readonly (readonly number[])[];
  readonly successors: readonly (readonly number[])[];
}

export type RunState = Run | undefined;

export function jobOf(run: Run, jobId: string): Job | undefined {
  const index = run.shape.indexOf.get(jobId);
  return index === undefined ? undefined : run.jobs[index];
}

export function executionOf(job: Job, executionId: string): Execution | undefined {
  return job.executions.find((execution) => execution.executionId === executionId);
}

/** The agent has said that it does not hold it, and nothing else since. */
export function isNotKnown({ notKnownSince, knownAfterAll }: Execution): boolean {
  return notKnownSince !== undefined && knownAfterAll !== true;
}

/** An open execution takes a slot of its agent, unless the agent does not hold it. */
export function takesSlot(execution: Execution): boolean {
  return isOpenExecution(execution.state) && !isNotKnown(execution);
}

export function currentExecution(job: Job): Execution | undefined {
  return job.executions.at(-1);
}
