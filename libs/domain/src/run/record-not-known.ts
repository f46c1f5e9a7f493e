import type { RunEvent, RunEventOf } from '#events/run.events';
import { type Decision, rejection } from '../rejection.js';
import { mayStillCome } from './execution-transitions.js';
import { byPolicy } from './policy.js';
import type { RunCommandOf } from './run.decider.js';
import { evolveRun } from './run.evolve.js';
import { type Execution, isNotKnown, type Run, type RunState } from './run.state.js';
import { withWhatFollows } from './what-follows.js';

/** The agent does not hold these executions. That is evidence: the executions stay open until somebody, or what the job's author has written, decides (law 5). */
export function recordNotKnown({ agent, executionIds, reason, context, capacity }: RunCommandOf<'RecordNotKnown'>, run: RunState): Decision<RunEvent> {
  if (run === undefined) return rejection('run-not-found', 'there is no such run');
  const notKnown = idsOf(run, agent, executionIds, (each) => !isNotKnown(each))
    .map((ids): RunEventOf<'JobNotKnownToAgent'> => ({ type: 'JobNotKnownToAgent', data: { ...ids, reason } }));
  const events = notKnown.flatMap((event): RunEvent[] => [
    event, ...byPolicy(evolveRun(run, event, context), event.data.jobId, event.data.executionId, 'onUnknown'),
  ]);
  return withWhatFollows(run, events, context, capacity);
}

/** The agent holds these after all: it had come with another journal in between. What its absence has decided stays decided. */
export function recordKnown({ agent, executionIds }: RunCommandOf<'RecordKnown'>, run: RunState): Decision<RunEvent> {
  if (run === undefined) return rejection('run-not-found', 'there is no such run');
  return idsOf(run, agent, executionIds, isNotKnown).map((data) => ({ type: 'JobKnownToAgent', data }));
}

/** What was abandoned too: then there is nobody to call it off at. */
function idsOf(run: Run, agent: string, executionIds: readonly string[], isMeant: (execution: Execution) => boolean): { readonly jobId: string; readonly executionId: string }[] {
  const asked = new Set(executionIds);
  return run.jobs.flatMap((job) => job.executions
    .filter((each) => asked.has(each.executionId) && each.agent === agent && mayStillCome(each.state) && isMeant(each))
    .map(({ executionId }) => ({ jobId: job.definition.id, executionId })));
}
