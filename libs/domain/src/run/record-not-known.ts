import type { RunEvent, RunEventOf } from '#events/run.events';
import { type Decision, rejection } from '../rejection.js';
import { isOpenExecution } from './execution-transitions.js';
import { byPolicy } from './policy.js';
import type { RunCommandOf } from './run.decider.js';
import { evolveRun } from './run.evolve.js';
import type { Execution, RunState } from './run.state.js';
import { withWhatFollows } from './what-follows.js';

/** The agent does not hold these executions. That is evidence: the executions stay open until somebody, or what the job's author has written, decides (law 5). */
export function recordNotKnown({ agent, executionIds, reason, context, capacity }: RunCommandOf<'RecordNotKnown'>, run: RunState): Decision<RunEvent> {
  if (run === undefined) return rejection('run-not-found', 'there is no such run');
  const asked = new Set(executionIds);
  const notKnown = run.jobs.flatMap((job) => job.executions
    .filter((each) => asked.has(each.executionId) && each.agent === agent && mayStillCome(each) && each.notKnownSince === undefined)
    .map(({ executionId }): RunEventOf<'JobNotKnownToAgent'> => ({ type: 'JobNotKnownToAgent', data: { jobId: job.definition.id, executionId, reason } })));
  const events = notKnown.flatMap((event): RunEvent[] => [
    event, ...byPolicy(evolveRun(run, event, context), event.data.jobId, event.data.executionId, 'onUnknown'),
  ]);
  return withWhatFollows(run, events, context, capacity);
}

/** What was abandoned too: then there is nobody to call it off at. */
function mayStillCome({ state }: Execution): boolean {
  return isOpenExecution(state) || state === 'abandoned';
}
