/**
 * Where a job stands. `delayed`: the way is free, and it waits as long as its definition says. `retrying`: it went wrong, and another attempt is
 * planned. `failed` waits for an operator (or ends the run), `failed-settled` is an operator's last word.
 */
export type JobState =
  | 'waiting' | 'held' | 'delayed' | 'ready' | 'dispatched' | 'running' | 'succeeded' | 'failed' | 'failed-settled' | 'retrying' | 'stopped' | 'skipped' | 'lost';

/**
 * What may happen to a job: its events, an outcome that decides the way split in two, and what no event says because the fold
 * sees it: that all predecessors are through (and yet a delay, or a planned attempt, still stands), or that one of them runs once more. Facts about an execution that is not the
 * current one of a job that is executing move that execution alone (`execution-transitions.ts`); so does every late result.
 */
export type JobTransition =
  | 'predecessors-through' | 'through-but-delayed' | 'through-but-retrying' | 'predecessor-again'
  | 'JobHeld' | 'JobReleased'
  | 'JobDispatched' | 'ExecutionRecovered' | 'JobAccepted' | 'JobDeclined' | 'JobStarted'
  | 'JobFinished:succeeded' | 'JobFinished:failed'
  | 'JobStopped' | 'JobLost' | 'JobOrphaned' | 'JobNeverStarted' | 'JobNotKnownToAgent' | 'JobKnownToAgent'
  | 'JobStopRequested' | 'JobSkipped' | 'JobRerunRequested'
  | 'JobOutcomeSettled:succeeded' | 'JobOutcomeSettled:failed'
  | 'LateResultAdopted:succeeded' | 'LateResultAdopted:failed'
  | 'ExecutionAbandoned' | 'JobFailedByPolicy' | 'JobDelayPassed' | 'JobRetryPlanned';

type Row = { readonly [Transition in JobTransition]: JobState | 'corrupt' };

const nothing: Row = {
  'predecessors-through': 'corrupt', 'through-but-delayed': 'corrupt', 'through-but-retrying': 'corrupt', 'predecessor-again': 'corrupt', JobHeld: 'corrupt', JobReleased: 'corrupt', JobDispatched: 'corrupt', JobAccepted: 'corrupt',
  JobDeclined: 'corrupt', JobStarted: 'corrupt', 'JobFinished:succeeded': 'corrupt', 'JobFinished:failed': 'corrupt', JobStopped: 'corrupt',
  JobLost: 'corrupt', JobOrphaned: 'corrupt', JobNeverStarted: 'corrupt', JobNotKnownToAgent: 'corrupt', JobKnownToAgent: 'corrupt', JobStopRequested: 'corrupt',
  JobSkipped: 'corrupt', JobRerunRequested: 'corrupt', 'JobOutcomeSettled:succeeded': 'corrupt', 'JobOutcomeSettled:failed': 'corrupt',
  'LateResultAdopted:succeeded': 'corrupt', 'LateResultAdopted:failed': 'corrupt', ExecutionAbandoned: 'corrupt',
  JobFailedByPolicy: 'corrupt', ExecutionRecovered: 'corrupt', JobDelayPassed: 'corrupt', JobRetryPlanned: 'corrupt',
};

/** An execution is out: its agent's facts and the operator's words meet here. */
const executing: Row = {
  ...nothing,
  JobStarted: 'running', 'JobFinished:succeeded': 'succeeded', 'JobFinished:failed': 'failed', JobStopped: 'stopped', JobLost: 'lost',
  JobOrphaned: 'running', JobSkipped: 'skipped', JobRerunRequested: 'ready',
  'JobOutcomeSettled:succeeded': 'succeeded', 'JobOutcomeSettled:failed': 'failed-settled', ExecutionAbandoned: 'lost',
  JobFailedByPolicy: 'failed', ExecutionRecovered: 'dispatched',
};

/** It went wrong, and an operator may still turn it. */
const wrong: Row = {
  ...nothing,
  JobSkipped: 'skipped', JobRerunRequested: 'ready', 'JobOutcomeSettled:succeeded': 'succeeded', 'JobOutcomeSettled:failed': 'failed-settled',
  'LateResultAdopted:succeeded': 'succeeded', 'LateResultAdopted:failed': 'failed',
};

/** The whole state machine of a job. A new event or state does not compile until it has its place here. */
export const nextJobState: { readonly [State in JobState]: Row } = {
  waiting: {
    ...nothing, ExecutionRecovered: 'dispatched', 'predecessors-through': 'ready', 'through-but-delayed': 'delayed', 'through-but-retrying': 'retrying',
    'predecessor-again': 'waiting', JobHeld: 'held', JobSkipped: 'skipped',
  },
  held: {
    ...nothing, ExecutionRecovered: 'dispatched', 'predecessors-through': 'held', 'through-but-delayed': 'held', 'through-but-retrying': 'held',
    'predecessor-again': 'held', JobReleased: 'waiting', JobSkipped: 'skipped',
  },
  delayed: {
    ...nothing, ExecutionRecovered: 'dispatched', 'predecessor-again': 'waiting', JobDelayPassed: 'ready', JobReleased: 'ready', JobHeld: 'held', JobSkipped: 'skipped',
  },
  ready: { ...nothing, ExecutionRecovered: 'dispatched', 'predecessor-again': 'waiting', JobHeld: 'held', JobDispatched: 'dispatched', JobSkipped: 'skipped' },
  dispatched: {
    ...executing,
    JobAccepted: 'dispatched', JobDeclined: 'held', JobNeverStarted: 'ready', JobNotKnownToAgent: 'dispatched', JobKnownToAgent: 'dispatched', JobStopRequested: 'dispatched',
  },
  running: { ...executing, JobStarted: 'corrupt', JobNotKnownToAgent: 'running', JobKnownToAgent: 'running', JobStopRequested: 'running' },
  succeeded: { ...nothing, ExecutionRecovered: 'succeeded', JobRerunRequested: 'ready', 'LateResultAdopted:succeeded': 'succeeded', 'LateResultAdopted:failed': 'failed' },
  failed: { ...wrong, ExecutionRecovered: 'failed', JobRetryPlanned: 'retrying' },
  'failed-settled': { ...wrong, ExecutionRecovered: 'failed-settled', 'JobOutcomeSettled:failed': 'corrupt', 'LateResultAdopted:failed': 'failed-settled' },
  // What an agent brings back after a restore is the attempt that was planned: a second one beside it would run it twice.
  retrying: { ...wrong, ExecutionRecovered: 'dispatched', JobHeld: 'held' },
  stopped: { ...wrong, ExecutionRecovered: 'stopped', JobRetryPlanned: 'retrying' },
  lost: { ...wrong, ExecutionRecovered: 'lost', JobFailedByPolicy: 'failed' },
  skipped: {
    ...nothing, ExecutionRecovered: 'skipped',
    JobRerunRequested: 'ready', 'LateResultAdopted:succeeded': 'succeeded', 'LateResultAdopted:failed': 'failed-settled',
  },
};

/** The way is free for the jobs after it. */
export function isThrough(state: JobState): boolean {
  return state === 'succeeded' || state === 'skipped';
}

/** It ended otherwise and waits for a decision, unless the jobnet says that this ends the run. */
export function isWrong(state: JobState): boolean {
  return state === 'failed' || state === 'stopped' || state === 'lost';
}

/** Its current execution may still decide it. */
export function isExecuting(state: JobState): boolean {
  return state === 'dispatched' || state === 'running';
}
