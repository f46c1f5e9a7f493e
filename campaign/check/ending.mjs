// When a run may end, and as what: every job of it is decided, or nothing in it can run any more (docs/events.md).

export const THROUGH = ['succeeded', 'skipped'];
export const EXECUTING = ['dispatched', 'running'];
const WRONG = ['failed', 'stopped', 'lost'];

/** What a run that has ended still takes in: what becomes of its executions, and words about those. */
const AFTER_THE_END = [
  'JobAccepted', 'JobStarted', 'JobDeclined', 'JobLost', 'JobOrphaned', 'JobOverran', 'JobNeverStarted', 'JobNotKnownToAgent', 'JobKnownToAgent', 'JobStopRequested', 'LateResultRecorded', 'LateResultAdopted',
  'ExecutionAbandoned',
];

/** @param impossible throws, by law and reason */
export function checkOpen(run, type, impossible) {
  if (run.finished !== undefined && !AFTER_THE_END.includes(type)) impossible(type === 'JobDispatched' ? 3 : 8, `the run had ended before, as ${run.finished}`);
}

export function checkEnding(run, status, impossible) {
  const undecided = run.jobs.find(run.stopRequested ? isExecuting : (job) => !isClosed(run, job));
  if (undecided !== undefined) impossible(2, `${undecided.id} is ${undecided.state}, and nobody has decided it`);
  const due = run.jobs.every(isThrough) ? 'succeeded' : run.stopRequested ? 'stopped' : 'failed';
  if (status !== due) impossible(1, `${status}, and by its jobs it is ${due} (${run.jobs.map(({ id, state }) => `${id} ${state}`).join(', ')})`);
}

/** The one word that people are shown. */
export function statusOf(run) {
  if (run.finished !== undefined) return run.finished;
  if (run.held) return 'held';
  return run.jobs.some((job) => WRONG.includes(job.state) && !isDecided(run, job)) ? 'failing' : 'running';
}

const isThrough = ({ state }) => THROUGH.includes(state);
const isExecuting = ({ state }) => EXECUTING.includes(state);

/** Nobody is asked about it. */
function isDecided(run, { state }) {
  return THROUGH.includes(state) || state === 'failed-settled' || (WRONG.includes(state) && run.onFailure === 'end');
}

/** Decided, or behind one that is and that did not come through: it can never run. */
function isClosed(run, job) {
  if (isDecided(run, job)) return true;
  return ['waiting', 'held'].includes(job.state) && job.after.map((name) => run.jobs.find(({ id }) => id === name)).some((before) => !isThrough(before) && isClosed(run, before));
}
