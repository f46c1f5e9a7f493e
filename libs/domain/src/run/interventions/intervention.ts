import type { RunEvent } from '#events/run.events';
import { type Decision, type Rejection, rejection } from '../../rejection.js';
import { isOpenExecution } from '../execution-transitions.js';
import { currentExecution, type Execution, type Job, jobOf, type Run, type RunState } from '../run.state.js';

/** What an operator saw when deciding; refused unless it still is so. */
export interface Expectation {
  readonly executionId?: string | undefined;
  readonly state?: string | undefined;
}

/** What an intervention in a job looks at. */
interface Target {
  readonly jobId: string;
  readonly expect?: Expectation | undefined;
}

/** What forbids an intervention: a stable code, and the rest of the sentence "A1 cannot be skipped: ...". */
export interface Obstacle {
  readonly code: string;
  readonly because: string;
}

/** How one intervention decides: whether it is so already, what forbids it, and what it records. */
export interface Intervention {
  readonly isSo: (job: Job) => boolean;
  readonly forbids: (run: Run, job: Job) => Obstacle | undefined;
  readonly decide: (run: Run, job: Job) => readonly RunEvent[];
}

/** The order of questions is the same for all: is there such a job, is it so already, is it as expected, is it allowed? */
export function intervene(run: RunState, { jobId, expect }: Target, verb: string, { isSo, forbids, decide }: Intervention): Decision<RunEvent> {
  if (run === undefined) return rejection('run-not-found', 'there is no such run');
  const job = jobOf(run, jobId);
  if (job === undefined) return rejection('job-not-found', `run ${run.runId} has no job ${jobId}; it has ${run.jobs.map(({ definition }) => definition.id).join(', ')}`);
  if (isSo(job)) return [];
  const unexpected = notAsExpected(job, expect);
  if (unexpected !== undefined) return unexpected;
  const obstacle = forbids(run, job);
  return obstacle === undefined ? decide(run, job) : rejection(obstacle.code, `${jobId} cannot be ${verb}: ${obstacle.because}`);
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

/** The execution that is out, if one is: it may still report. */
export function openExecutionOf(job: Job): Execution | undefined {
  const execution = currentExecution(job);
  return execution !== undefined && isOpenExecution(execution.state) ? execution : undefined;
}

/** The obstacle that a finished run is to most interventions. */
export function runIsOver({ finished }: Run): Obstacle | undefined {
  return finished === undefined ? undefined : { code: 'run-finished', because: `the run has finished (${finished})` };
}

/** The obstacle that a job's state is. */
export function jobIs(job: Job, more = ''): Obstacle {
  const state = publicState(job);
  const finished = state === 'succeeded' || job.state === 'failed-settled';
  return finished ? { code: 'job-finished', because: `it has finished (${state})${more}` } : { code: `job-${state}`, because: `it is ${state}${more}` };
}
