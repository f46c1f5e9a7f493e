import type { RunEvent } from '#events/run.events';
import type { Decision } from '../../rejection.js';
import { isThrough } from '../job-transitions.js';
import type { RunCommandOf } from '../run.decider.js';
import { currentExecution, type Job, type Run, type RunState } from '../run.state.js';
import { withWhatFollows } from '../what-follows.js';
import { intervene, jobIs, type Obstacle, openExecutionOf, runIsOver } from './intervention.js';

/** Once more, as a new attempt. Over an execution that is still out only when the operator says so (`concurrent`). */
export function rerunJob(command: RunCommandOf<'RerunJob'>, state: RunState): Decision<RunEvent> {
  return intervene(state, command, 're-run', {
    isSo: () => false,
    forbids: (run, job) => runIsOver(run) ?? notYetRun(job) ?? stillOut(job, command.concurrent) ?? successorsHaveBegun(run, job),
    decide: (run, job) => {
      const previous = currentExecution(job)?.executionId;
      const { jobId, concurrent, context, capacity } = command;
      const requested: RunEvent = { type: 'JobRerunRequested', data: { jobId, concurrent, ...(previous === undefined ? {} : { previousExecution: previous }) } };
      return withWhatFollows(run, [requested], context, capacity);
    },
  });
}

function notYetRun(job: Job): Obstacle | undefined {
  return isUnbegun(job) ? jobIs(job, ', it has not run yet') : undefined;
}

function stillOut(job: Job, concurrent: boolean): Obstacle | undefined {
  const open = concurrent ? undefined : openExecutionOf(job);
  return open && { code: 'execution-open', because: `its execution ${open.executionId} is still out; a second one beside it has to be asked for (concurrent)` };
}

/** What came after it rests on its result; to run it again under them would be to rewrite what they saw. */
function successorsHaveBegun(run: Run, job: Job): Obstacle | undefined {
  if (!isThrough(job.state)) return undefined;
  const index = run.shape.indexOf.get(job.definition.id) ?? -1;
  const begun = (run.shape.successors[index] ?? []).map((next) => run.jobs[next])
    .find((next) => next !== undefined && (next.retryAt !== undefined || !isUnbegun(next)));
  return begun && { code: 'successors-begun', because: `${begun.definition.id} comes after it and is ${begun.state}` };
}

function isUnbegun({ state }: Job): boolean {
  return state === 'waiting' || state === 'held' || state === 'delayed' || state === 'ready';
}
