// What the laws demand of a log that was put back. The lost stretch may be unknown to it; nothing that ran in there may be done again by itself.
import { Broken } from './broken.mjs';
import { isUpTo } from './lives.mjs';
import { lostEnd } from './facts.mjs';

export function checkRestores(lives, facts, marks) {
  const different = lives.firstDifference();
  if (different !== undefined) throw new Broken(1, `event ${different.id} at position ${different.position} is not in the log any more, and it was in the copy`);
  for (const log of lives.logs) checkEpochs(log);
  lives.former.forEach((_, life) => {
    checkHeld(lives, life);
    checkAgain(lives, life, facts, marks);
  });
  checkRecovered(lives, facts);
}

/** Epochs rise, and a run is held for an epoch before it begins. */
function checkEpochs(log) {
  let epoch = 0;
  for (const { type, data, stream } of log) {
    if (type === 'RunHeldByRestore' && data.epoch <= epoch) throw new Broken(8, `the run is held for epoch ${data.epoch}, and epoch ${epoch} has begun`, stream.slice('run-'.length));
    if (type !== 'EpochBegan') continue;
    if (data.epoch <= epoch) throw new Broken(8, `epoch ${data.epoch} began after epoch ${epoch}`);
    epoch = data.epoch;
  }
}

/** Every run that was open in the copy is held when the epoch begins, or ended until then. */
function checkHeld(lives, life) {
  const { kept } = lives.former[life];
  const next = lives.logs[life + 1];
  const began = next.findIndex(({ type }, index) => index >= kept && type === 'EpochBegan');
  if (began < 0) return;
  const open = new Set();
  for (const [index, { type, stream }] of next.slice(0, began).entries()) {
    const runId = stream.slice('run-'.length);
    if (type === 'RunStarted' && index < kept) open.add(runId);
    if (type === 'RunFinished' || (type === 'RunHeldByRestore' && index >= kept)) open.delete(runId);
  }
  for (const runId of open) throw new Broken(3, 'the log was put back while the run was open, and the epoch began without holding it', runId);
}

/**
 * Of a job of which an execution ran in the lost stretch (it was dispatched or reported in there, and the job itself says that it began), no other
 * execution is dispatched before an operator has released the run that was held because of the restore, or has started it anew, by itself or as an occurrence that was asked about.
 */
function checkAgain(lives, life, facts, marks) {
  const ran = new Map();
  for (const { data, stream } of lives.lostStretch(life)) {
    if (data.executionId === undefined || !stream.startsWith('run-') || marks.get(data.executionId) === undefined) continue;
    const job = `${stream} ${data.jobId}`;
    ran.set(job, (ran.get(job) ?? new Set()).add(data.executionId));
  }
  for (let later = life + 1; later < lives.logs.length; later += 1) {
    const kept = Math.min(...lives.former.slice(life, later).map((each) => each.kept));
    const words = new Map();
    for (const { type, data, stream, actor } of lives.logs[later].slice(kept)) {
      if (type === 'RunHeldByRestore') words.set(stream, 'held');
      if (actor.kind === 'operator' && (type === 'RunStarted' || (type === 'RunReleased' && words.get(stream) === 'held'))) words.set(stream, 'said');
      if (actor.kind === 'operator' && type === 'OccurrenceStarted') for (const { runId } of data.runs) words.set(`run-${runId}`, 'said');
      const before = ran.get(`${stream} ${data.jobId}`);
      if (type !== 'JobDispatched' || before === undefined || before.has(data.executionId) || words.get(stream) === 'said') continue;
      throw new Broken(3, `${data.executionId} was dispatched by itself after the log was put back, and ${[...before].join(', ')} of the lost stretch had run`, facts.get(data.executionId).runId);
    }
  }
}

/** Only what a lost stretch had dispatched comes back, and of the agent that it was dispatched to. */
function checkRecovered(lives, facts) {
  for (const { event: { type, data }, place } of lives.written()) {
    if (type !== 'ExecutionRecovered') continue;
    const { dispatched, agent, jobId, runId } = facts.get(data.executionId);
    if (dispatched === undefined || isUpTo(place, dispatched)) throw new Broken(3, `${data.executionId} was recovered, and no lost stretch has dispatched it`, runId);
    if (agent !== data.agent || jobId !== data.jobId) throw new Broken(8, `${data.executionId} was recovered for ${data.jobId} from ${data.agent}, and it was dispatched for ${jobId} to ${agent}`, runId);
  }
}

/**
 * The one thing that a restore excuses: an agent that does not know an execution (`JobNotKnownToAgent`, in a life after the lost one). It covers three kinds:
 * what the lost stretch saw the end of, which its agent was told and has forgotten since; and what never began, dispatched before an operator had
 * said that the log was put back, because that is never sent again; and what never began, dispatched before the session in which its agent began anew: one
 * that is killed before its first session of the epoch is durable says hello as before the restore. Its result, if it had one, has to stand in the lost
 * stretch or in the log.
 * Nothing else is excused: not lost, not orphaned, no second beginning, no result that is nowhere.
 */
export function isForgottenByRestore(lives, fact, { place }, marks, executionId) {
  return lives.former.some(({ said }, life) => place.life > life
    && ((lostEnd(fact)?.place.life ?? Infinity) <= life
      || (marks.get(executionId) === undefined && (isUpTo(fact.dispatched, lives.placeOf(said.life, said.position)) || beganAnew(lives, fact, place)))));
}

/** Between the dispatch and what was said of it the agent has begun a session as one that the restore concerns. */
function beganAnew(lives, { agent, dispatched }, place) {
  return lives.logs[place.life].some(({ type, stream, data, position }) => type === 'AgentConnected' && stream === `agent-${agent}` && data.startsAnew === 'log-restored'
    && Number(position) <= place.position && isUpTo(dispatched, lives.placeOf(place.life, position)));
}
