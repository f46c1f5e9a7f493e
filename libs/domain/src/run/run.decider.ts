import type { JobnetDefinition } from '#events/definition';
import type { RunEvent, RunOccurrence } from '#events/run.events';
import type { Instant } from '#events/vocabulary';
import type { Decider, FoldContext } from '../decider.js';
import type { Decision } from '../rejection.js';
import type { ExecutionFact } from './execution-fact.js';
import { abandonExecution } from './interventions/abandon-execution.js';
import { adoptLateResult } from './interventions/adopt-late-result.js';
import { holdJob, releaseJob } from './interventions/hold-job.js';
import { holdRun, releaseRun, stopRun } from './interventions/intervene-in-run.js';
import type { Expectation } from './interventions/intervention.js';
import { rerunJob } from './interventions/rerun-job.js';
import { settleJob } from './interventions/settle-job.js';
import { holdRestored, recoverExecutions } from './interventions/restored-log.js';
import { skipJob } from './interventions/skip-job.js';
import { stopJob } from './interventions/stop-job.js';
import type { RunState } from './run.state.js';
import { evolveRun } from './run.evolve.js';
import { dispatchReady } from './dispatch-ready.js';
import { recordFacts } from './record-facts.js';
import { recordKnown, recordNotKnown } from './record-not-known.js';
import { startRun } from './start-run.js';
import type { DueKind } from './time/next-due.js';
import { passTime } from './time/pass-time.js';

/**
 * Free slots by agent that is connected now; a job for an agent that is not in here stays ready. Below zero when more is open than
 * the agent has slots (it came back with fewer): rounded up to zero, the next result would hand on a slot that is not there.
 */
export type Capacity = Readonly<Record<string, number>>;

/** Every command carries the context that its events will be recorded with. */
interface Common {
  readonly context: FoldContext;
  readonly capacity: Capacity;
}

/** An intervention in a job, and what the operator saw when deciding on it. */
interface OnJob extends Common {
  readonly jobId: string;
  readonly expect?: Expectation | undefined;
}

export type RunCommand =
  | (Common & {
    readonly type: 'StartRun';
    readonly runId: string;
    readonly version: number;
    readonly definition: JobnetDefinition;
    readonly parameters: Readonly<Record<string, string>>;
    /** The log's, when it was ever restored. */
    readonly epoch?: number | undefined;
    /** When it was to start, as whoever planned it has it. */
    readonly nominalAt?: Instant | undefined;
    readonly occurrence?: RunOccurrence | undefined;
  })
  | (Common & { readonly type: 'DispatchReady' })
  /** The clock has come to `now`: what was due of this kind is decided. */
  | (Common & { readonly type: 'PassTime'; readonly kind: DueKind; readonly now: Instant })
  | (Common & { readonly type: 'RecordFacts'; readonly agent: string; readonly facts: readonly ExecutionFact[] })
  | (Common & { readonly type: 'RecordNotKnown'; readonly agent: string; readonly executionIds: readonly string[]; readonly reason: string })
  | (Common & { readonly type: 'RecordKnown'; readonly agent: string; readonly executionIds: readonly string[] })
  /** The log was restored to an earlier state while this run was open in it. */
  | (Common & { readonly type: 'HoldRestored'; readonly epoch: number })
  /** The agent holds these, and the log was restored to a state before their dispatch. */
  | (Common & { readonly type: 'RecoverExecutions'; readonly agent: string; readonly executionIds: readonly string[] })
  | (Common & { readonly type: 'HoldRun' })
  | (Common & { readonly type: 'ReleaseRun' })
  | (Common & { readonly type: 'StopRun' })
  | (OnJob & { readonly type: 'SkipJob' })
  | (OnJob & { readonly type: 'HoldJob' })
  | (OnJob & { readonly type: 'ReleaseJob' })
  | (OnJob & { readonly type: 'StopJob' })
  | (OnJob & { readonly type: 'RerunJob'; readonly concurrent: boolean })
  | (OnJob & { readonly type: 'SettleJob'; readonly outcome: 'succeeded' | 'failed'; readonly exitCode?: number | undefined })
  | (Common & { readonly type: 'AbandonExecution'; readonly executionId: string; readonly agentDeclaredLost?: true | undefined })
  /** Without an execution: the newest late result. */
  | (OnJob & { readonly type: 'AdoptLateResult'; readonly lateExecutionId?: string | undefined });

export type RunCommandOf<Type extends RunCommand['type']> = Extract<RunCommand, { type: Type }>;

/** The rules of a run. An empty answer means "already so": every command may be delivered twice. */
export const runDecider: Decider<RunState, RunCommand, RunEvent> = {
  initialState: undefined,
  evolve: evolveRun,
  decide(command, state): Decision<RunEvent> {
    if (state?.applied.has(command.context.commandId) === true) return [];
    switch (command.type) {
      case 'StartRun':
        return startRun(command, state);
      case 'DispatchReady':
        return dispatchReady(command, state);
      case 'PassTime':
        return passTime(command, state);
      case 'RecordFacts':
        return recordFacts(command, state);
      case 'RecordNotKnown':
        return recordNotKnown(command, state);
      case 'RecordKnown':
        return recordKnown(command, state);
      case 'HoldRestored':
        return holdRestored(command, state);
      case 'RecoverExecutions':
        return recoverExecutions(command, state);
      case 'HoldRun':
        return holdRun(state);
      case 'ReleaseRun':
        return releaseRun(command, state);
      case 'StopRun':
        return stopRun(command, state);
      case 'SkipJob':
        return skipJob(command, state);
      case 'HoldJob':
        return holdJob(command, state);
      case 'ReleaseJob':
        return releaseJob(command, state);
      case 'StopJob':
        return stopJob(command, state);
      case 'RerunJob':
        return rerunJob(command, state);
      case 'SettleJob':
        return settleJob(command, state);
      case 'AdoptLateResult':
        return adoptLateResult(command, state);
      case 'AbandonExecution':
        return abandonExecution(command, state);
    }
  },
};
