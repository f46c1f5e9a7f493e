// A plain fold of the exported log, written from docs/events.md and not from the product: where each run, job and execution stands.
import { checkAdopted, checkAskedFor, checkOutcome, checkStopped } from './asked-for.mjs';
import { Broken } from './broken.mjs';
import { checkEnding, checkOpen, EXECUTING, statusOf, THROUGH } from './ending.mjs';

const OPEN = ['dispatched', 'accepted', 'running'];
/** Where a word changes nothing or is refused, so that it cannot stand in the log. */
const WORDS = {
  JobSkipped: ['succeeded', 'skipped', 'failed-settled'],
  JobHeld: ['held', ...EXECUTING, ...THROUGH, 'failed', 'failed-settled', 'stopped', 'lost'],
  JobReleased: ['waiting', 'ready', ...EXECUTING, ...THROUGH, 'failed', 'failed-settled', 'retrying', 'stopped', 'lost'],
  JobOutcomeSettled: ['waiting', 'delayed', 'ready', 'held', ...THROUGH],
  JobRerunRequested: ['waiting', 'delayed', 'ready', 'held'],
};
const STATES = { JobSkipped: 'skipped', JobHeld: 'held', JobReleased: 'waiting' };

/** @param events of one run, in their order @param revision up to and with this one; without it, all */
export function foldRun(events, revision = Infinity) {
  let run;
  for (const event of events) {
    if (event.revision > revision) break;
    if (event.type === 'RunStarted') run = begin(event.data);
    else apply(run, event);
    promote(run, event.at);
  }
  return run;
}

/** As people are shown it. */
export function shownStates(run) {
  const jobs = run.jobs.map(({ id, state, attempt, executions }) => ({
    jobId: id, state: state === 'failed-settled' ? 'failed' : state, attempt,
    executions: executions.map(({ id: executionId, state: its, outcome }) => ({ executionId, state: its === 'finished' ? outcome : its })),
  }));
  return { status: statusOf(run), jobs };
}

function begin({ runId, definition, epoch = 0 }) {
  const jobs = definition.jobs.map((job) => ({ id: job.id, definition: job, after: job.after, delaySeconds: job.delaySeconds, state: 'waiting', attempt: 1, executions: [] }));
  return { runId, jobs, onFailure: definition.onFailure, epoch, held: false, stopRequested: false, finished: undefined };
}

function apply(run, event) {
  const { type, data } = event;
  const impossible = (law, why) => { throw new Broken(law, `${type}: ${why}`, run.runId); };
  const job = run.jobs.find(({ id }) => id === data.jobId);
  if (job === undefined && !type.startsWith('Run')) impossible(1, `the run has no job ${data.jobId}`);
  checkOpen(run, type, impossible);
  checkAskedFor(run, job, event, impossible);
  if (job === undefined) return applyToRun(run, event, impossible);
  const execution = job.executions.find(({ id }) => id === data.executionId);
  if (type === 'JobDispatched') return dispatch(run, job, data, impossible);
  if (type === 'ExecutionRecovered') return recover(run, job, data, impossible);
  if (data.executionId === undefined || type === 'LateResultAdopted') return applyToJob(run, job, event, execution, impossible);
  return applyToExecution(job, execution, event, impossible);
}

function applyToRun(run, { type, data, at }, impossible) {
  switch (type) {
    case 'RunHeld': run.held = true; return;
    case 'RunHeldByRestore': Object.assign(run, { held: true, epoch: data.epoch }); return;
    case 'RunReleased': run.held = false; return;
    case 'RunStopRequested': run.stopRequested = true; return;
    case 'RunStartOverdue':
    case 'RunOverran': return passed(type, data.due, at, run, impossible);
    case 'RunFinished':
      checkEnding(run, data.status, impossible);
      run.finished = data.status;
      return;
    default: impossible(1, 'an event that this checker does not know');
  }
}

/** What an agent says of an execution, and what is decided about it. It always moves the execution; its job while that waits for just this one. */
function applyToExecution(job, execution, { type, data }, impossible) {
  const decides = execution !== undefined && EXECUTING.includes(job.state) && job.executions.at(-1) === execution;
  const mustBe = (states) => states.includes(execution?.state) || impossible(1, `${data.executionId} is ${execution?.state ?? 'not there'}`);
  const mustDecide = () => decides || impossible(4, `${job.id} does not wait for ${data.executionId}`);
  const both = (state, ofJob) => {
    execution.state = state;
    if (decides) job.state = ofJob;
  };
  switch (type) {
    case 'JobAccepted': mustBe(['dispatched']); execution.state = 'accepted'; return;
    case 'JobStarted': mustBe(['dispatched', 'accepted']); both('running', 'running'); return;
    case 'JobOrphaned': mustBe(OPEN); both('running', 'running'); return;
    case 'JobFinished':
      mustBe(OPEN);
      mustDecide();
      checkOutcome(job, data, impossible);
      execution.outcome = data.outcome;
      return both('finished', data.outcome);
    case 'JobStopped':
      mustBe(OPEN);
      mustDecide();
      checkStopped(job, execution, data, impossible);
      return both('stopped', 'stopped');
    case 'JobLost': mustBe([...OPEN, 'abandoned']); both('lost', 'lost'); return;
    case 'JobNeverStarted': mustBe(['dispatched', 'accepted', 'abandoned']); both('never-started', 'waiting'); return;
    case 'JobDeclined': mustBe(['dispatched', 'accepted']); both('declined', 'held'); return;
    case 'JobNotKnownToAgent': mustBe([...OPEN, 'abandoned']); execution.isNotKnown = true; return;
    case 'JobKnownToAgent':
      mustBe([...OPEN, 'abandoned']);
      if (execution.isNotKnown !== true) impossible(5, `${data.executionId} was never said to be unknown`);
      execution.isNotKnown = false;
      return;
    case 'JobOverran':
      mustBe(OPEN);
      if (execution.overran) impossible(3, `${data.executionId} has overrun already`);
      execution.overran = true;
      return;
    case 'JobRetryPlanned':
      if (!['failed', 'stopped'].includes(job.state) || job.executions.at(-1) !== execution) impossible(3, `${job.id} is ${job.state}`);
      Object.assign(job, { state: 'retrying', retryAt: data.due });
      return;
    case 'JobStopRequested': mustBe(OPEN); execution.isStopWished = true; return;
    case 'LateResultRecorded':
      mustBe([...OPEN, 'lost', 'abandoned', 'never-started', 'declined']);
      if (decides) impossible(4, `${job.id} waits for ${data.executionId}: its result is not late`);
      checkOutcome(job, data, impossible);
      Object.assign(execution, { state: 'finished', outcome: data.outcome, isLate: true });
      return;
    case 'ExecutionAbandoned': mustBe(OPEN); execution.isDeclaredLost = data.agentDeclaredLost === true; both('abandoned', 'lost'); return;
    case 'JobFailedByPolicy': job.state = 'failed'; return;
    default: impossible(1, 'an event that this checker does not know');
  }
}

/** What people, the clock or a policy say of a job. */
function applyToJob(run, job, { type, data, at }, execution, impossible) {
  switch (type) {
    case 'JobDelayPassed':
      if (job.state !== 'delayed' || job.delayedUntil !== data.due || at < data.due) impossible(9, `${job.id} is ${job.state} until ${job.delayedUntil}, at ${at}`);
      job.state = 'ready';
      return;
    case 'LateResultAdopted':
      checkAdopted(data, execution, impossible);
      job.retryAt = undefined;
      job.state = data.outcome === 'succeeded' ? 'succeeded' : ['skipped', 'failed-settled'].includes(job.state) ? 'failed-settled' : 'failed';
      if (data.outcome === 'failed') holdBack(run, job);
      return;
    case 'JobSkipped':
    case 'JobHeld':
    case 'JobReleased':
    case 'JobOutcomeSettled':
    case 'JobRerunRequested':
      if (WORDS[type].includes(job.state)) impossible(8, `${job.id} is ${job.state}: two decided on one state, and neither saw the other`);
      if (data.policy === 'retry' && (job.state !== 'retrying' || at < job.retryAt)) impossible(3, `${job.id} is ${job.state}, its next attempt due at ${job.retryAt}, at ${at}`);
      if (type === 'JobRerunRequested') return again(run, job);
      if (type === 'JobReleased' && job.state === 'delayed') return void (job.state = 'ready');
      if (type === 'JobSkipped' || type === 'JobOutcomeSettled') job.retryAt = undefined;
      job.state = type === 'JobOutcomeSettled' ? (data.outcome === 'succeeded' ? 'succeeded' : 'failed-settled') : STATES[type];
      return;
    default: impossible(1, 'an event that this checker does not know');
  }
}

function dispatch(run, job, { executionId, ordinal, attempt }, impossible) {
  if (run.jobs.some(({ executions }) => executions.some(({ id }) => id === executionId))) impossible(3, `${executionId} was dispatched before`);
  const undecided = job.after.filter((name) => !THROUGH.includes(run.jobs.find(({ id }) => id === name).state));
  if (undecided.length > 0) impossible(2, `${executionId} was dispatched before ${undecided.join(', ')} was decided`);
  if (job.state !== 'ready') impossible(3, `${executionId} was dispatched while ${job.id} was ${job.state}: nobody asked for it`);
  if (run.held || run.stopRequested) impossible(3, `${executionId} was dispatched while the run was ${run.held ? 'held' : 'being stopped'}`);
  if (executionId !== `${run.runId}~${job.id}~${ordinal}${run.epoch === 0 ? '' : `~${run.epoch}`}`) impossible(3, `${executionId} does not follow from run, job, ordinal and epoch ${run.epoch}`);
  if (ordinal !== job.executions.length + 1 || attempt !== job.attempt) impossible(1, `${executionId} is not the next one of ${job.id}`);
  job.state = 'dispatched';
  job.executions.push({ id: executionId, state: 'dispatched' });
}

/** The agent holds it and the log had forgotten it: the job waits for it, unless it was decided already. */
function recover(run, job, { executionId, ordinal, attempt }, impossible) {
  if (run.jobs.some(({ executions }) => executions.some(({ id }) => id === executionId))) impossible(3, `${executionId} is there already`);
  if (ordinal !== job.executions.length + 1 || attempt !== job.attempt) impossible(1, `${executionId} is not the next one of ${job.id}`);
  job.executions.push({ id: executionId, state: 'dispatched' });
  if (['waiting', 'delayed', 'held', 'ready', 'retrying', ...EXECUTING].includes(job.state)) Object.assign(job, { state: 'dispatched', retryAt: undefined });
}

/** A warning that the clock brought: once, and not before its time. */
function passed(type, due, at, run, impossible) {
  if (run[type] !== undefined || at < due) impossible(9, `due at ${due}, at ${at}, and ${run[type] ?? 'never'} before`);
  run[type] = due;
}

function again(run, job) {
  // Who asks for it once more does not wait for its delay.
  Object.assign(job, { state: isFree(run, job) ? 'ready' : 'waiting', attempt: job.attempt + 1, retryAt: undefined });
  holdBack(run, job);
}

/** What comes after it waits again, as far as it has not begun. */
function holdBack(run, job) {
  for (const next of run.jobs) {
    if (!next.after.includes(job.id) || !['waiting', 'held', 'delayed', 'ready'].includes(next.state)) continue;
    Object.assign(next, { state: next.state === 'held' ? 'held' : 'waiting', delayedUntil: undefined });
  }
}

function isFree(run, { after }) {
  return after.every((name) => THROUGH.includes(run.jobs.find(({ id }) => id === name).state));
}

/** No event says that a job is ready, or that its delay begins: it follows from those before it, and from when that was. */
function promote(run, at) {
  for (const job of run.jobs) {
    if (!['waiting', 'held'].includes(job.state) || !isFree(run, job)) continue;
    if (job.delaySeconds !== undefined && job.executions.length === 0) job.delayedUntil ??= new Date(Date.parse(at) + job.delaySeconds * 1000).toISOString();
    if (job.state === 'held') continue;
    job.state = job.retryAt !== undefined ? 'retrying' : job.executions.length === 0 && job.delayedUntil > at ? 'delayed' : 'ready';
  }
}
