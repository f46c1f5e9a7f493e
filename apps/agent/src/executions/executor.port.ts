import type { Output } from '#events/output';
import type { Instant } from '#events/vocabulary';
import type { ExecutionSpec } from '#protocol/agent-link';
import type { DeliveredSignal, HeldExecution, StopRequest } from '../journal/journal-record.js';

/** How an execution ended that can be told: a process with its exit code, a task with 0 or 1 (or as the signal that ended its host). */
export interface Ending {
  readonly startedAt: Instant | undefined;
  readonly exitCode: number;
  readonly endedAt: Instant;
  readonly durationMs: number | undefined;
  /** The last signal of this agent that came before the end. */
  readonly stoppedBy: DeliveredSignal['signal'] | undefined;
}

/** What became of an execution, whatever runs it. All but the first two are final: nothing comes after them. */
export type ExecutionFact =
  /** `uptime`: the same moment in seconds since the boot. */
  | { readonly kind: 'started'; readonly at: Instant; readonly uptime: number }
  | { readonly kind: 'orphaned'; readonly reason: string }
  | { readonly kind: 'ended'; readonly ending: Ending; readonly output: () => Promise<Output> }
  | { readonly kind: 'lost'; readonly reason: string; readonly startedAt: Instant | undefined }
  | { readonly kind: 'never-started' | 'declined'; readonly reason: string };

export type TellFact = (fact: ExecutionFact) => void;

/** An execution under way, as the runner holds it. */
export interface Watch {
  /** Looks whether anything has changed: the net below whatever wakes it. */
  look(): void;
  /** Tells no more; what runs goes on. */
  stop(): void;
}

/** A way to run executions. The runner decides when; this says what comes of it. */
export interface Executor<Spec extends ExecutionSpec = ExecutionSpec> {
  /** Why it will never run this, as a phrase for the report; undefined when it will. */
  whyNotTaken(spec: Spec): string | undefined;
  /** Starts it, at most once in all; that it may start is durable. Facts may come before this returns. */
  begin(spec: Spec, tell: TellFact): Watch;
  /** Finds out what became of one that a former agent may have started, on the boot that `starting` names. */
  resume(held: HeldExecution & { readonly spec: Spec; readonly starting: string }, tell: TellFact): Watch;
}

/** One whose executions are begun by wrappers, each of which claims its own first. */
export interface ClaimedExecutor<Spec extends ExecutionSpec = ExecutionSpec> extends Executor<Spec> {
  /** Nobody has claimed it so far. */
  isUnclaimed(executionId: string): boolean;
  /** Whether no wrapper will ever run it from now on; false where one has claimed it already. */
  claim(executionId: string): boolean;
}

/** The stopping of one execution, from the first wish to its end. */
export interface ExecutionStop {
  /** In the order of their sending. */
  readonly delivered: readonly DeliveredSignal[];
  /** The execution has ended. */
  readonly isOver: boolean;
  /** Goes on as far as is wanted now; asking once more changes nothing. */
  ask(request: StopRequest): void;
  /** False when nothing is to come. */
  ended(onOver: () => void): boolean;
  /** Wakes up by itself no more. */
  close(): void;
}
