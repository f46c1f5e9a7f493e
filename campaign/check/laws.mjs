// The independent checker: it imports nothing of the product and does not know what is broken. It gets what the jobs wrote, every life of the log, what
// was answered and shown, and for each agent what it cannot know any more because of what was done to it. It throws the first law that does not hold.
import { Broken } from './broken.mjs';
import { checkDeclaredLost } from './declared-lost.mjs';
import { Excuses } from './excuses.mjs';
import { factsOf, unmatchedResults } from './facts.mjs';
import { foldRun, shownStates } from './fold.mjs';
import { isUpTo, Lives } from './lives.mjs';
import { checkSchedules, undecidedStarts } from './schedules.mjs';
import { checkRestores, isForgottenByRestore } from './restores.mjs';

const RESULTS = ['JobFinished', 'JobStopped', 'LateResultRecorded'];
/** After these the agent has said that nothing of it ever ran. */
const NEVER = ['JobNeverStarted', 'JobDeclined'];

/**
 * @param former the logs that were taken away by a restore; `answered` and `seen` say in which life they were
 * @param isGapless whether the store promises positions without a gap
 * @returns how many executions began
 */
export function check({ marks, former, log, answered, seen, excuses: given, isGapless }) {
  const lives = new Lives(former, log);
  const facts = factsOf(lives);
  const excuses = new Excuses(given, lives);
  lives.logs.forEach((each, life) => {
    const inLife = (one) => one.life === life;
    checkRecord({ log: each, answered: answered.filter(inLife), isGapless });
    checkShown(each, seen.filter(inLife));
  });
  checkRestores(lives, facts, marks);
  checkStarts(marks, facts, excuses);
  checkResults(marks, facts, excuses, unmatchedResults(lives));
  checkEvidence(marks, facts, excuses, lives);
  const [open] = openRuns(log);
  if (open !== undefined) throw new Broken(7, 'the run was never closed', open);
  const [undecided] = undecidedStarts(log);
  if (undecided !== undefined) throw new Broken(4, `run ${undecided} was decided by a schedule, and nobody says what became of it`, undecided);
  return marks.size;
}

/** Runs that have begun and not ended. */
export function openRuns(log) {
  return [...byStream(log, 'run-')].filter(([, events]) => !events.some(({ type }) => type === 'RunFinished')).map(([runId]) => runId);
}

/** What can be said at any time, before runs are closed. */
export function checkRecord({ log, answered, isGapless }) {
  checkShape(log, isGapless);
  checkSessions(log);
  const runs = byStream(log, 'run-');
  checkAnswers(log, runs, answered);
  for (const events of runs.values()) foldRun(events);
  checkSchedules(log);
  checkDeclaredLost(log);
}

/** No gap and no repeat; where a store promises only an order of positions, no step back. */
function checkShape(log, isGapless) {
  const revisions = new Map();
  const ids = new Set();
  log.forEach(({ position, stream, revision, id }, index) => {
    if (!isGapless && index > 0 && BigInt(position) <= BigInt(log[index - 1].position)) throw new Broken(8, `position ${position} stands behind ${log[index - 1].position}`);
    if (isGapless && position !== String(index + 1)) throw new Broken(8, `position ${index + 1} of the log holds event ${position}`);
    if (revision !== (revisions.get(stream) ?? -1) + 1) throw new Broken(8, `revision ${revision} of ${stream} is not the next one`);
    if (ids.has(id)) throw new Broken(8, `event ${id} is in the log twice`);
    revisions.set(stream, revision);
    ids.add(id);
  });
}

/** An agent has one session at a time, with whichever server: they are numbered by their place on its stream, and only the newest one can end. */
function checkSessions(log) {
  const sessions = new Map();
  for (const { type, stream, revision, position, data } of log) {
    if (type === 'AgentConnected') sessions.set(stream, revision);
    if (type === 'AgentContactLost' && data.session !== sessions.get(stream)) {
      throw new Broken(5, `position ${position}: session ${data.session} of ${stream} is said to have ended, and session ${sessions.get(stream)} is the one that counts`);
    }
  }
}

/** What was answered as done is on record. */
function checkAnswers(log, runs, answered) {
  const streams = new Map(log.map(({ position, stream }) => [position, stream]));
  for (const { what, position, runId } of answered) {
    const stream = streams.get(position);
    if (stream === undefined) throw new Broken(1, `${what} was answered with position ${position}, which the log does not have; it ends at ${log.at(-1)?.position}`);
    if (stream !== streamOf(what, runId)) throw new Broken(1, `${what} was answered with position ${position}, and there stands an event of ${stream}`);
    if (runId !== undefined && !runs.has(runId)) throw new Broken(1, `${what} was answered with run ${runId}, which the log does not have`);
  }
}

/** Where a command's effect stands, by the path of its request. */
function streamOf(what, runId) {
  if (runId !== undefined) return `run-${runId}`;
  if (what.endsWith('/log/restored')) return 'log-kiroku';
  const [, kind, name] = /\/(jobnets|runs|agents|executions|schedules)\/([^/~]+)/.exec(what);
  return `${{ jobnets: 'jobnet', runs: 'run', agents: 'agent', executions: 'run', schedules: 'schedule' }[kind]}-${name}`;
}

/** Each execution at most once, ever; only one that was dispatched; and none of which it was said that it never would. */
function checkStarts(marks, facts, excuses) {
  for (const { executionId, runId, begun } of marks.values()) {
    if (begun.length > 1) throw new Broken(3, `${executionId} began ${begun.length} times (processes ${begun.map(({ pid }) => pid).join(', ')})`, runId);
    const fact = facts.get(executionId);
    if (fact?.dispatched === undefined) throw new Broken(3, `${executionId} began, and was never dispatched`, runId);
    const never = [...fact.lost, ...fact.all].find(({ type, data }) => NEVER.includes(type) || (type === 'JobStopped' && data.exitCode === undefined));
    if (never !== undefined && !excuses.cover(fact, ['journal'], never)) throw new Broken(3, `${executionId} began, and the log says that it never did (${never.type})`, runId);
  }
}

/** Each result once, with the exit code that the job gave; none that is not there, none of a job that gave none. */
function checkResults(marks, facts, excuses, unmatched) {
  for (const { executionId, runId, ended: [end] } of marks.values()) {
    const fact = facts.get(executionId);
    const results = fact.all.filter(isResult);
    if (results.length > 1) throw new Broken(4, `${executionId} has ${results.length} results`, runId);
    if (end === undefined) continue;
    // What only a lost stretch had dispatched fits no run any more.
    const codes = [...results, ...fact.lost.filter(isResult)].map(({ data }) => data.exitCode);
    if (!fact.isKept && unmatched.has(executionId)) codes.push(unmatched.get(executionId).exitCode);
    const isMissed = codes.length === 0 && !excuses.cover(fact, ['journal', 'processes', ...(fact.isTask ? ['tasks'] : [])]) && !wasStoppedBeside(facts, executionId);
    if (isMissed) throw new Broken(4, `${executionId} ended with ${end.code}, and the log has no result of it`, runId);
    // Between its last line and its exit a signal may still have met it.
    const wasSignalled = [...fact.lost, ...fact.all].some(({ type, data }) => type === 'JobStopRequested' || data.policy === 'timeout');
    if (!wasSignalled && codes.some((code) => code !== end.code)) throw new Broken(4, `${executionId} ended with ${end.code}, and the log says ${codes.join(', ')}`, runId);
  }
  for (const [executionId, { runId, all, lost }] of facts) {
    const success = [...lost, ...all].find((event) => isResult(event) && event.data.exitCode === 0);
    if (success !== undefined && marks.get(executionId)?.ended.length !== 1) throw new Broken(4, `the log says that ${executionId} ended with 0, and it did not`, runId);
  }
}

const isResult = ({ type }) => RESULTS.includes(type);

/** Lost, or not known to its agent: only where something was done that makes it so (law 5: nothing else decides what really happened). */
function checkEvidence(marks, facts, excuses, lives) {
  for (const [executionId, fact] of facts) {
    for (const event of [...fact.lost, ...fact.all]) {
      const { type, data } = event;
      const because = type === 'JobNotKnownToAgent' ? ['journal'] : type === 'JobLost' || type === 'JobOrphaned' ? ['processes', 'journal', ...(fact.isTask ? ['tasks'] : [])] : undefined;
      if (because === undefined || excuses.cover(fact, because, event)) continue;
      if (type === 'JobLost' && wasStoppedBeside(facts, executionId)) continue;
      if (type === 'JobNotKnownToAgent' && isForgottenByRestore(lives, fact, event, marks, executionId)) continue;
      throw new Broken(5, `${type} of ${executionId} (${data.reason}), and nothing was done that makes it so`, fact.runId);
    }
  }
}

/** A task that ignores its stop is killed with its host, and what else ran there is lost: because of a word to a neighbour, which is on record. */
function wasStoppedBeside(facts, executionId) {
  const { agent, dispatched, isTask } = facts.get(executionId);
  return isTask && [...facts].some(([other, fact]) => other !== executionId && fact.isTask && fact.agent === agent && wasStoppedDuring(fact, dispatched));
}

/** Its stop was wished for, and its end, if there is one, is not from before the other was dispatched. */
function wasStoppedDuring({ all, lost }, dispatched) {
  const events = [...lost, ...all];
  const end = events.find((event) => isResult(event) || event.type === 'JobLost');
  return events.some(({ type, data }) => type === 'JobStopRequested' || data.policy === 'timeout') && (end === undefined || isUpTo(dispatched, end.place));
}

/** What the API of any server showed at a revision is what the log says up to there, and it is no less than what had been answered before, by any server. */
export function checkShown(log, seen) {
  const runs = byStream(log, 'run-');
  for (const { runId, revision, status, jobs, mustShow, server, isMissing } of seen) {
    const newest = mustShow === undefined ? undefined : runs.get(runId)?.findLast(({ position }) => BigInt(position) <= BigInt(mustShow));
    if (newest !== undefined && (isMissing || revision < newest.revision)) {
      throw new Broken(1, `${server} showed ${isMissing ? 'no such run' : `revision ${revision}`} after position ${mustShow}, up to which the log has revision ${newest.revision}`, runId);
    }
    if (isMissing) continue;
    const shown = JSON.stringify({ status, jobs: jobs.map(({ jobId, state, attempt, executions }) => ({
      jobId, state, attempt, executions: executions.map(({ executionId, state: its }) => ({ executionId, state: its })),
    })) });
    const folded = JSON.stringify(shownStates(foldRun(runs.get(runId), revision)));
    if (shown !== folded) throw new Broken(1, `at revision ${revision} the API showed ${shown}, and the log says ${folded}`, runId);
  }
}

function byStream(log, prefix) {
  const streams = new Map();
  for (const event of log) {
    if (!event.stream.startsWith(prefix)) continue;
    const name = event.stream.slice(prefix.length);
    if (streams.has(name)) streams.get(name).push(event);
    else streams.set(name, [event]);
  }
  return streams;
}
