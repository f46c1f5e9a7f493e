import { isExecuting, isThrough, isWrong } from './job-transitions.js';
import type { Job, Run } from './run.state.js';

export type RunStatus = 'running' | 'failing' | 'held' | 'succeeded' | 'failed' | 'stopped';

/** The one word for people. `failing`: a job went wrong, and an operator has yet to say what is to become of it. */
export function statusOf(run: Run): RunStatus {
  if (run.finished !== undefined) return run.finished;
  if (run.held) return 'held';
  return run.jobs.some((job) => isWrong(job.state) && !isDecided(run, job)) ? 'failing' : 'running';
}

/** Nothing will change this job by itself any more, and nobody is expected to. */
function isDecided(run: Run, { state }: Job): boolean {
  return isThrough(state) || state === 'failed-settled' || (isWrong(state) && run.definition.onFailure === 'end');
}

/** How the run ended, or undefined while something in it can still run or waits for a decision. */
export function outcomeOf(run: Run): 'succeeded' | 'failed' | 'stopped' | undefined {
  const through = run.jobs.every((job) => isThrough(job.state));
  if (run.stopRequested) return run.jobs.some((job) => isExecuting(job.state)) ? undefined : through ? 'succeeded' : 'stopped';
  const closed = closedJobs(run);
  if (closed.includes(false)) return undefined;
  return through ? 'succeeded' : 'failed';
}

/** A job is closed when it is decided, or when it is behind one that is closed without being through: it can never run. */
function closedJobs(run: Run): boolean[] {
  const closed = run.jobs.map((job) => isDecided(run, job));
  const open = run.jobs.flatMap((job, index) => (closed[index] === true && !isThrough(job.state) ? [index] : []));
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    for (const next of run.shape.successors[index] ?? []) {
      if (closed[next] === true || !canOnlyWait(run.jobs[next])) continue;
      closed[next] = true;
      open.push(next);
    }
  }
  return closed;
}

function canOnlyWait(job: Job | undefined): boolean {
  return job?.state === 'waiting' || job?.state === 'held';
}
