import type { RunEvent } from '#events/run.events';
import { isOpenExecution } from './execution-transitions.js';
import { isExecuting } from './job-transitions.js';
import { currentExecution, type Execution, type Job, jobOf, type Run } from './run.state.js';

/** A job that is lost so often in a row takes its host down with it: then a person is asked. */
const MOST_RERUNS = 3;

/**
 * What the job's author has written for an execution that is lost, or not known to its agent. Nothing when that is to ask, when a
 * person has decided the job or wants it stopped, or when it was tried often enough (law 3: a re-run names the policy that asked for it).
 */
export function byPolicy(run: Run, jobId: string, executionId: string, policy: 'onLost' | 'onUnknown'): RunEvent[] {
  const job = jobOf(run, jobId);
  const execution = job && currentExecution(job);
  if (job === undefined || execution?.executionId !== executionId || run.finished !== undefined || run.stopRequested) return [];
  if (execution.stopRequested === true || (!isExecuting(job.state) && job.state !== 'lost')) return [];
  // A person has given it up: not to be known any more says nothing new.
  if (policy === 'onUnknown' && !isOpenExecution(execution.state)) return [];
  switch (job.definition[policy] ?? 'ask') {
    case 'ask':
      return [];
    case 'fail':
      return [{ type: 'JobFailedByPolicy', data: { jobId, executionId, policy } }];
    case 'rerun':
      return wasTriedEnough(job) ? [] : [{ type: 'JobRerunRequested', data: { jobId, previousExecution: executionId, concurrent: isOpenExecution(execution.state), policy } }];
  }
}

function wasTriedEnough({ executions }: Job): boolean {
  const last = executions.slice(-(MOST_RERUNS + 1));
  return last.length > MOST_RERUNS && last.every(cameToNothing);
}

function cameToNothing({ state, notKnownSince }: Execution): boolean {
  return state === 'lost' || state === 'abandoned' || notKnownSince !== undefined;
}
