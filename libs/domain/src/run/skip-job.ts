import type { RunEvent } from '#events/run.events';
import { type Decision, type Rejection, rejection } from '../rejection.js';
import { isOpenExecution } from './execution-transitions.js';
import type { Expectation, RunCommandOf } from './run.decider.js';
import { currentExecution, type Job, jobOf, type Run, type RunState } from './run.state.js';
import { withWhatFollows } from './what-follows.js';

/** The flow goes on without this job's result. An execution that is out stays open, and what it brings is kept as a late result. */
export function skipJob({ jobId, expect, context, capacity }: RunCommandOf<'SkipJob'>, run: RunState): Decision<RunEvent> {
  if (run === undefined) return rejection('run-not-found', 'there is no such run');
  const job = jobOf(run, jobId);
  if (job === undefined) return rejection('job-not-found', `run ${run.runId} has no job ${jobId}; it has ${run.jobs.map(({ definition }) => definition.id).join(', ')}`);
  if (job.state === 'skipped') return [];
  const refused = notAsExpected(job, expect) ?? cannotSkip(run, job);
  if (refused !== undefined) return refused;
  const execution = currentExecution(job);
  const open = execution !== undefined && isOpenExecution(execution.state) ? { openExecution: execution.executionId } : {};
  return withWhatFollows(run, [{ type: 'JobSkipped', data: { jobId, ...open } }], context, capacity);
}

/** The precondition of every intervention: the job still is as the operator saw it. */
function notAsExpected(job: Job, expect: Expectation | undefined): Rejection | undefined {
  const { id } = job.definition;
  const executionId = currentExecution(job)?.executionId;
  if (expect?.state !== undefined && expect.state !== publicState(job)) {
    return rejection('not-as-expected', `${id} is ${publicState(job)}, not ${expect.state}`);
  }
  if (expect?.executionId !== undefined && expect.executionId !== executionId) {
    return rejection('not-as-expected', `the current execution of ${id} is ${executionId ?? 'none'}, not ${expect.executionId}`);
  }
  return undefined;
}

/** The word that operators see. */
export function publicState({ state }: Job): Exclude<Job['state'], 'failed-settled'> {
  return state === 'failed-settled' ? 'failed' : state;
}

function cannotSkip(run: Run, job: Job): Rejection | undefined {
  const { id } = job.definition;
  if (job.state === 'succeeded' || job.state === 'failed-settled') {
    return rejection('job-finished', `${id} cannot be skipped: it has finished (${publicState(job)})`);
  }
  if (run.finished !== undefined) return rejection('run-finished', `${id} cannot be skipped: the run has finished (${run.finished})`);
  return undefined;
}
