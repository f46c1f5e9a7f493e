import type { RunEvent } from '#events/run.events';
import { type Decision, rejection } from '../../rejection.js';
import type { RunCommandOf } from '../run.decider.js';
import { executionOf, jobOf, type RunState } from '../run.state.js';

/** What the agent holds and the log has forgotten is in the log again before anything is dispatched, so that it is not dispatched a second time. */
export function recoverExecutions({ agent, executionIds }: RunCommandOf<'RecoverExecutions'>, run: RunState): Decision<RunEvent> {
  if (run === undefined) return rejection('run-not-found', 'there is no such run');
  const added = new Map<string, number>();
  return executionIds.flatMap((executionId): RunEvent[] => {
    const [runId, jobId = ''] = executionId.split('~');
    const job = jobOf(run, jobId);
    if (runId !== run.runId || job === undefined || executionOf(job, executionId) !== undefined || run.finished !== undefined) return [];
    const before = added.get(jobId) ?? 0;
    added.set(jobId, before + 1);
    return [{ type: 'ExecutionRecovered', data: { jobId, executionId, ordinal: job.executions.length + before + 1, attempt: job.attempt, agent } }];
  });
}

/** What the lost stretch had dispatched and seen finished cannot be seen here any more: nothing goes on by itself until a person has looked. */
export function holdRestored({ epoch }: RunCommandOf<'HoldRestored'>, run: RunState): Decision<RunEvent> {
  if (run === undefined) return rejection('run-not-found', 'there is no such run');
  return run.finished !== undefined || run.epoch >= epoch ? [] : [{ type: 'RunHeldByRestore', data: { epoch } }];
}
