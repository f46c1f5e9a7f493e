import type { JobnetDefinition } from '#events/definition';
import type { Output } from '#events/output';
import type { RunEvent, RunEventOf } from '#events/run.events';
import type { Instant } from '#events/vocabulary';
import { ACCEPTED_AT, execution, FINISHED_AT, OVERRAN_AT, RUN, STARTED_AT } from './run-instants.js';

const nothingSaid = { bytes: 0, tail: '', truncated: false };

export const OUTPUT: Output = { stdout: { bytes: 3, tail: 'ok\n', truncated: false }, stderr: nothingSaid };

const processEnd = { acceptedAt: ACCEPTED_AT, startedAt: STARTED_AT, finishedAt: FINISHED_AT, durationMs: 6646, output: OUTPUT };

/** The events of a run, named as a test reads them: `dispatched('A1', 2)` is the second dispatch of A1. */
export function runStarted(definition: JobnetDefinition): RunEventOf<'RunStarted'> {
  return { type: 'RunStarted', data: { runId: RUN, jobnet: definition.jobnet, version: 1, definition, parameters: {} } };
}

export function runFinished(status: RunEventOf<'RunFinished'>['data']['status']): RunEvent {
  return { type: 'RunFinished', data: { status } };
}

export function dispatched(jobId: string, ordinal = 1, differing: { attempt?: number; agent?: string } = {}): RunEvent {
  return { type: 'JobDispatched', data: { ...execution(jobId, ordinal), ordinal, attempt: 1, agent: 'local', ...differing } };
}

/** With the id that the lost stretch gave it. */
export function recovered(jobId: string, ordinal = 1, differing: { attempt?: number; agent?: string; executionId?: string } = {}): RunEvent {
  return { type: 'ExecutionRecovered', data: { ...execution(jobId, ordinal), ordinal, attempt: 1, agent: 'local', ...differing } };
}

export function accepted(jobId: string, ordinal = 1): RunEvent {
  return { type: 'JobAccepted', data: { ...execution(jobId, ordinal), acceptedAt: ACCEPTED_AT } };
}

export function started(jobId: string, ordinal = 1): RunEvent {
  return { type: 'JobStarted', data: { ...execution(jobId, ordinal), acceptedAt: ACCEPTED_AT, startedAt: STARTED_AT } };
}

export function finished(jobId: string, exitCode = 0, ordinal = 1): RunEvent {
  return { type: 'JobFinished', data: { ...execution(jobId, ordinal), outcome: outcomeOf(exitCode), exitCode, ...processEnd } };
}

export function lateResult(jobId: string, exitCode = 0, ordinal = 1): RunEvent {
  return { type: 'LateResultRecorded', data: { ...execution(jobId, ordinal), outcome: outcomeOf(exitCode), exitCode, ...processEnd } };
}

export function stoppedByTimeout(jobId: string, ordinal = 1): RunEvent {
  return { type: 'JobStopped', data: { ...execution(jobId, ordinal), exitCode: 143, ...processEnd, signal: 'SIGTERM', policy: 'timeout' } };
}

export function overran(jobId: string, ordinal = 1): RunEvent {
  return { type: 'JobOverran', data: { ...execution(jobId, ordinal), overranAt: OVERRAN_AT } };
}

export function delayPassed(jobId: string, due: Instant): RunEvent {
  return { type: 'JobDelayPassed', data: { jobId, due } };
}

export function retryPlanned(jobId: string, due: Instant, ordinal = 1, attempt = ordinal + 1): RunEvent {
  return { type: 'JobRetryPlanned', data: { ...execution(jobId, ordinal), attempt, due } };
}

export function retried(jobId: string, ordinal = 1): RunEvent {
  return { type: 'JobRerunRequested', data: { jobId, previousExecution: execution(jobId, ordinal).executionId, concurrent: false, policy: 'retry' } };
}

export function stopped(jobId: string, ordinal = 1): RunEvent {
  return { type: 'JobStopped', data: { ...execution(jobId, ordinal), exitCode: 143, signal: 'SIGTERM', finishedAt: FINISHED_AT } };
}

/** The events about an execution that say no more than a reason, or nothing at all. */
type Plain = 'JobDeclined' | 'JobLost' | 'JobOrphaned' | 'JobNeverStarted' | 'JobNotKnownToAgent';

export const REASON = 'the host was rebooted';

export function plain(type: Plain, jobId: string, ordinal = 1): RunEvent {
  return { type, data: { ...execution(jobId, ordinal), reason: REASON } };
}

export function intent(type: 'JobStopRequested' | 'JobKnownToAgent' | 'ExecutionAbandoned', jobId: string, ordinal = 1): RunEvent {
  return { type, data: execution(jobId, ordinal) };
}

export function skipped(jobId: string, openOrdinal?: number): RunEvent {
  return { type: 'JobSkipped', data: { jobId, ...(openOrdinal === undefined ? {} : { openExecution: execution(jobId, openOrdinal).executionId }) } };
}

export function held(jobId: string): RunEvent {
  return { type: 'JobHeld', data: { jobId } };
}

export function released(jobId: string): RunEvent {
  return { type: 'JobReleased', data: { jobId } };
}

export function failedByPolicy(jobId: string, policy: 'onLost' | 'onUnknown', ordinal = 1): RunEvent {
  return { type: 'JobFailedByPolicy', data: { ...execution(jobId, ordinal), policy } };
}

export function rerunByPolicy(jobId: string, policy: 'onLost' | 'onUnknown', ordinal = 1): RunEvent {
  return { type: 'JobRerunRequested', data: { jobId, previousExecution: execution(jobId, ordinal).executionId, concurrent: policy === 'onUnknown', policy } };
}

export function rerunRequested(jobId: string): RunEvent {
  return { type: 'JobRerunRequested', data: { jobId, concurrent: true } };
}

export function settled(jobId: string, outcome: 'succeeded' | 'failed'): RunEvent {
  return { type: 'JobOutcomeSettled', data: { jobId, outcome } };
}

export function adopted(jobId: string, outcome: 'succeeded' | 'failed', ordinal = 1): RunEvent {
  return { type: 'LateResultAdopted', data: { ...execution(jobId, ordinal), outcome } };
}

function outcomeOf(exitCode: number): 'succeeded' | 'failed' {
  return exitCode === 0 ? 'succeeded' : 'failed';
}
