import type { RunEvent } from '#events/run.events';
import { type Decision, rejection } from '../rejection.js';
import { isOpenExecution } from './execution-transitions.js';
import type { RunCommandOf } from './run.decider.js';
import type { RunState } from './run.state.js';

/** The agent does not hold these executions. That is evidence: the executions stay open until somebody decides (law 5). */
export function recordNotKnown({ agent, executionIds, reason }: RunCommandOf<'RecordNotKnown'>, run: RunState): Decision<RunEvent> {
  if (run === undefined) return rejection('run-not-found', 'there is no such run');
  const asked = new Set(executionIds);
  return run.jobs.flatMap((job) => job.executions
    .filter((each) => asked.has(each.executionId) && each.agent === agent && isOpenExecution(each.state) && each.notKnownSince === undefined)
    .map(({ executionId }): RunEvent => ({ type: 'JobNotKnownToAgent', data: { jobId: job.definition.id, executionId, reason } })));
}
