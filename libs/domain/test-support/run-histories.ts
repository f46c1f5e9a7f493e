import type { RunEvent } from '#events/run.events';
import type { ExecutionEventType, ExecutionState } from '../src/run/execution-transitions.js';
import type { JobState, JobTransition } from '../src/run/job-transitions.js';
import type { Instant } from '#events/vocabulary';
import { chain, job, jobnet } from './jobnets.js';
import * as event from './run-events.js';

/** A2 has a first execution behind it whose result came late, so that there is something to adopt in every state that allows it. */
const lateBehind: readonly RunEvent[] = [
  event.runStarted(chain('A1', 'A2')), event.skipped('A1'), event.dispatched('A2'), event.started('A2'), event.rerunRequested('A2'), event.lateResult('A2', 1),
];
const secondSent = [...lateBehind, event.dispatched('A2', 2, { attempt: 2 })];
const secondRuns = [...secondSent, event.started('A2', 2)];
const untouched = event.runStarted(chain('A1', 'A2'));
/** After the instant of the histories. */
const LATER = '2026-11-22T20:01:00.000Z' as Instant;
const delaying = event.runStarted(jobnet([job('A1'), job('A2', { after: ['A1'], delaySeconds: 60 })]));

/** A run whose job A2 stands in the state. */
export const jobIn: { readonly [State in JobState]: readonly RunEvent[] } = {
  waiting: [untouched],
  held: [...lateBehind, event.held('A2')],
  delayed: [delaying, event.skipped('A1')],
  ready: lateBehind,
  dispatched: secondSent,
  running: secondRuns,
  succeeded: [...secondRuns, event.finished('A2', 0, 2)],
  failed: [...secondRuns, event.finished('A2', 1, 2)],
  'failed-settled': [...secondRuns, event.finished('A2', 1, 2), event.settled('A2', 'failed')],
  retrying: [...secondRuns, event.finished('A2', 1, 2), event.retryPlanned('A2', LATER, 2, 3)],
  stopped: [...secondRuns, event.stopped('A2', 2)],
  skipped: [...lateBehind, event.skipped('A2')],
  lost: [...secondRuns, event.plain('JobLost', 'A2', 2)],
};

/** The execution of A2 that facts are about: the newest one, or one that was never dispatched. */
function newestOf(state: JobState): number {
  return ['waiting', 'held', 'delayed', 'ready', 'skipped'].includes(state) ? 1 : 2;
}

function isUntouched(state: JobState): boolean {
  return state === 'waiting' || state === 'delayed';
}

/** Those that an event says; the others are seen by the fold. */
export type ToldTransition = Exclude<JobTransition, 'predecessors-through' | 'predecessor-again' | 'through-but-delayed' | 'through-but-retrying'>;

/** The event that makes the transition happen to A2, in a run that `jobIn` made. */
export function transitionOfA2(transition: ToldTransition, state: JobState): RunEvent {
  const ordinal = newestOf(state);
  switch (transition) {
    case 'JobHeld': return event.held('A2');
    case 'JobReleased': return event.released('A2');
    case 'JobDispatched': return event.dispatched('A2', isUntouched(state) ? 1 : ordinal + 1, { attempt: 2 });
    case 'JobFinished:succeeded': return event.finished('A2', 0, ordinal);
    case 'JobFinished:failed': return event.finished('A2', 1, ordinal);
    case 'JobSkipped': return event.skipped('A2');
    case 'JobRerunRequested': return event.rerunRequested('A2');
    case 'JobOutcomeSettled:succeeded': return event.settled('A2', 'succeeded');
    case 'JobOutcomeSettled:failed': return event.settled('A2', 'failed');
    case 'LateResultAdopted:succeeded': return event.adopted('A2', 'succeeded');
    case 'LateResultAdopted:failed': return event.adopted('A2', 'failed');
    case 'ExecutionRecovered': return event.recovered('A2', isUntouched(state) ? 1 : ordinal + 1, { attempt: 2 });
    case 'JobFailedByPolicy': return event.failedByPolicy('A2', 'onLost', ordinal);
    case 'JobDelayPassed': return event.delayPassed('A2', LATER);
    case 'JobRetryPlanned': return event.retryPlanned('A2', LATER, ordinal, 3);
    default: return executionEventOf(transition, 'A2', ordinal);
  }
}

const a1Sent: readonly RunEvent[] = [event.runStarted(chain('A1', 'A2')), event.dispatched('A1')];
const a1Runs = [...a1Sent, event.started('A1')];

/** A run whose only execution, the first of A1, stands in the state; A1 waits for it as long as it is open. */
export const executionIn: { readonly [State in ExecutionState]: readonly RunEvent[] } = {
  dispatched: a1Sent,
  accepted: [...a1Sent, event.accepted('A1')],
  running: a1Runs,
  finished: [...a1Runs, event.finished('A1')],
  stopped: [...a1Runs, event.stopped('A1')],
  lost: [...a1Runs, event.plain('JobLost', 'A1')],
  'never-started': [...a1Sent, event.plain('JobNeverStarted', 'A1')],
  declined: [...a1Sent, event.plain('JobDeclined', 'A1')],
  abandoned: [...a1Runs, event.intent('ExecutionAbandoned', 'A1')],
};

export function executionEventOf(type: ExecutionEventType, jobId: string, ordinal = 1): RunEvent {
  switch (type) {
    case 'JobAccepted': return event.accepted(jobId, ordinal);
    case 'JobStarted': return event.started(jobId, ordinal);
    case 'JobOverran': return event.overran(jobId, ordinal);
    case 'JobFinished': return event.finished(jobId, 0, ordinal);
    case 'JobStopped': return event.stopped(jobId, ordinal);
    case 'LateResultRecorded': return event.lateResult(jobId, 0, ordinal);
    case 'LateResultAdopted': return event.adopted(jobId, 'succeeded', ordinal);
    case 'JobStopRequested':
    case 'JobKnownToAgent':
    case 'ExecutionAbandoned': return event.intent(type, jobId, ordinal);
    case 'JobDeclined':
    case 'JobLost':
    case 'JobOrphaned':
    case 'JobNeverStarted':
    case 'JobNotKnownToAgent': return event.plain(type, jobId, ordinal);
  }
}
