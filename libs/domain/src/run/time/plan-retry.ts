import type { JobDefinition } from '#events/definition';
import type { RunEvent } from '#events/run.events';
import type { FoldContext } from '../../decider.js';
import { later } from '../../instant.js';
import { currentExecution, jobOf, type Run } from '../run.state.js';

type Retry = NonNullable<JobDefinition['retry']>;

/** However often it was multiplied: a year, as the longest that can be written. */
const LONGEST_SECONDS = 31_536_000;

/**
 * The attempt that the job's author has asked for after such a failure: when it is due is on record from now on. None when an operator wants
 * it stopped, or when there were as many as are allowed since an operator last asked for one.
 *
 * @param run as it is after the event
 */
export function planRetry(run: Run, event: RunEvent, { at }: FoldContext): RunEvent[] {
  if (event.type !== 'JobFinished' && event.type !== 'JobStopped') return [];
  const { jobId, executionId } = event.data;
  const job = jobOf(run, jobId);
  const retry = job?.definition.retry;
  if (job === undefined || retry === undefined || run.finished !== undefined || run.stopRequested) return [];
  const { retries = 0, attempt } = job;
  if (!covers(retry, event) || retries >= retry.limit || currentExecution(job)?.stopRequested === true) return [];
  return [{ type: 'JobRetryPlanned', data: { jobId, executionId, attempt: attempt + 1, due: later(at, secondsBefore(retry, retries)) } }];
}

function covers({ on, exitCodes }: Retry, event: Extract<RunEvent, { type: 'JobFinished' | 'JobStopped' }>): boolean {
  if (event.type === 'JobStopped') return event.data.policy === 'timeout' && on.includes('stopped-by-timeout');
  return event.data.outcome === 'failed' && on.includes('failed') && (exitCodes?.includes(event.data.exitCode) ?? true);
}

function secondsBefore({ delaySeconds, backoff, maxDelaySeconds = LONGEST_SECONDS }: Retry, retries: number): number {
  return Math.min(delaySeconds * backoff ** retries, maxDelaySeconds, LONGEST_SECONDS);
}
