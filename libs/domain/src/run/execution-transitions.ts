import type { RunEventType } from '#events/run.events';

/** The life of one execution. Only facts of its agent move it, and an operator who gives up waiting. */
export type ExecutionState = 'dispatched' | 'accepted' | 'running' | 'finished' | 'stopped' | 'lost' | 'never-started' | 'declined' | 'abandoned';

export type ExecutionEventType = Extract<
  RunEventType,
  | 'JobAccepted' | 'JobDeclined' | 'JobStarted' | 'JobFinished' | 'JobStopped' | 'JobLost' | 'JobOrphaned' | 'JobNeverStarted'
  | 'JobNotKnownToAgent' | 'JobKnownToAgent' | 'JobOverran' | 'JobStopRequested' | 'LateResultRecorded' | 'LateResultAdopted' | 'ExecutionAbandoned'
>;

type Row = { readonly [Event in ExecutionEventType]: ExecutionState | 'corrupt' };

/** What nothing moves any more: facts and intents about it would contradict what is on record. */
const ended: Row = {
  JobAccepted: 'corrupt', JobDeclined: 'corrupt', JobStarted: 'corrupt', JobFinished: 'corrupt', JobStopped: 'corrupt', JobLost: 'corrupt',
  JobOrphaned: 'corrupt', JobOverran: 'corrupt', JobNeverStarted: 'corrupt', JobNotKnownToAgent: 'corrupt', JobKnownToAgent: 'corrupt', JobStopRequested: 'corrupt', LateResultRecorded: 'corrupt',
  LateResultAdopted: 'corrupt', ExecutionAbandoned: 'corrupt',
};

/** The whole state machine of an execution. A new event or state does not compile until it has its place here. */
export const nextExecutionState: { readonly [State in ExecutionState]: Row } = {
  dispatched: {
    JobAccepted: 'accepted', JobDeclined: 'declined', JobStarted: 'running', JobFinished: 'finished', JobStopped: 'stopped', JobLost: 'lost',
    JobOrphaned: 'running', JobNeverStarted: 'never-started', JobNotKnownToAgent: 'dispatched', JobKnownToAgent: 'dispatched', JobOverran: 'dispatched', JobStopRequested: 'dispatched',
    LateResultRecorded: 'finished', LateResultAdopted: 'corrupt', ExecutionAbandoned: 'abandoned',
  },
  accepted: {
    JobAccepted: 'corrupt', JobDeclined: 'declined', JobStarted: 'running', JobFinished: 'finished', JobStopped: 'stopped', JobLost: 'lost',
    JobOrphaned: 'running', JobNeverStarted: 'never-started', JobNotKnownToAgent: 'accepted', JobKnownToAgent: 'accepted', JobOverran: 'accepted', JobStopRequested: 'accepted',
    LateResultRecorded: 'finished', LateResultAdopted: 'corrupt', ExecutionAbandoned: 'abandoned',
  },
  running: {
    JobAccepted: 'corrupt', JobDeclined: 'corrupt', JobStarted: 'corrupt', JobFinished: 'finished', JobStopped: 'stopped', JobLost: 'lost',
    JobOrphaned: 'running', JobNeverStarted: 'corrupt', JobNotKnownToAgent: 'running', JobKnownToAgent: 'running', JobOverran: 'running', JobStopRequested: 'running',
    LateResultRecorded: 'finished', LateResultAdopted: 'corrupt', ExecutionAbandoned: 'abandoned',
  },
  finished: { ...ended, LateResultAdopted: 'finished' },
  stopped: ended,
  // A result that turns up after all, also from another journal under the same name, is kept beside the word that was given before.
  lost: { ...ended, LateResultRecorded: 'finished' },
  abandoned: { ...ended, LateResultRecorded: 'finished', JobLost: 'lost', JobNeverStarted: 'never-started', JobNotKnownToAgent: 'abandoned', JobKnownToAgent: 'abandoned' },
  'never-started': { ...ended, LateResultRecorded: 'finished' },
  declined: { ...ended, LateResultRecorded: 'finished' },
};

/** An open execution may still report. */
export function isOpenExecution(state: ExecutionState): boolean {
  switch (state) {
    case 'dispatched':
    case 'accepted':
    case 'running':
      return true;
    case 'finished':
    case 'stopped':
    case 'lost':
    case 'never-started':
    case 'declined':
    case 'abandoned':
      return false;
  }
}

/** It is open, or was given up and may yet turn up: its agent has not said what became of it. */
export function mayStillCome(state: ExecutionState): boolean {
  return isOpenExecution(state) || state === 'abandoned';
}
