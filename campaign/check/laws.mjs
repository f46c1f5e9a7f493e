// The independent checker: it imports nothing of the product and does not know what is broken. It gets what the jobs wrote, the exported log, what
// was answered and shown, and for each agent what it cannot know any more because of what was done to it. It throws the first law that does not hold.
import { Broken } from './broken.mjs';
import { foldRun, shownStates } from './fold.mjs';

const RESULTS = ['JobFinished', 'JobStopped', 'LateResultRecorded'];
/** After these the agent has said that nothing of it ever ran. */
const NEVER = ['JobNeverStarted', 'JobDeclined'];

/** Between a blow and the moment that was noted for it, in milliseconds. */
const MARGIN_MS = 1_500;

/**
 * Whether something was done to the agent, since the execution was dispatched to it, that it may be excused by.
 *
 * @param excuses when it was last done, by `agent why`
 */
function isExcused(excuses, { agent, dispatched }, ...whys) {
  return whys.some((why) => (excuses.get(`${agent} ${why}`) ?? -Infinity) + MARGIN_MS >= Date.parse(dispatched?.at));
}

/** @returns how many executions began */
export function check({ marks, log, answered, seen, excuses }) {
  checkRecord({ log, answered });
  const runs = byStream(log, 'run-');
  const facts = factsOf(log);
  checkStarts(marks, facts, excuses);
  checkResults(marks, facts, excuses);
  checkEvidence(facts, excuses);
  checkShown(runs, seen);
  for (const [runId, events] of runs) if (!events.some(({ type }) => type === 'RunFinished')) throw new Broken(7, 'the run was never closed', runId);
  return marks.size;
}

/** What can be said at any time, before runs are closed. */
export function checkRecord({ log, answered }) {
  checkShape(log);
  const runs = byStream(log, 'run-');
  checkAnswers(log, runs, answered);
  for (const events of runs.values()) foldRun(events);
}

/** No gap and no repeat. */
function checkShape(log) {
  const revisions = new Map();
  const ids = new Set();
  log.forEach(({ position, stream, revision, id }, index) => {
    if (position !== String(index + 1)) throw new Broken(8, `position ${index + 1} of the log holds event ${position}`);
    if (revision !== (revisions.get(stream) ?? -1) + 1) throw new Broken(8, `revision ${revision} of ${stream} is not the next one`);
    if (ids.has(id)) throw new Broken(8, `event ${id} is in the log twice`);
    revisions.set(stream, revision);
    ids.add(id);
  });
}

/** What was answered as done is on record. */
function checkAnswers(log, runs, answered) {
  for (const { what, position, runId } of answered) {
    if (Number(position) > log.length) throw new Broken(1, `${what} was answered with position ${position}, and the log ends at ${log.length}`);
    const { stream } = log[Number(position) - 1];
    if (stream !== streamOf(what, runId)) throw new Broken(1, `${what} was answered with position ${position}, and there stands an event of ${stream}`);
    if (runId !== undefined && !runs.has(runId)) throw new Broken(1, `${what} was answered with run ${runId}, which the log does not have`);
  }
}

/** Where a command's effect stands, by the path of its request. */
function streamOf(what, runId) {
  if (runId !== undefined) return `run-${runId}`;
  const [, kind, name] = /\/(jobnets|runs|agents|executions)\/([^/~]+)/.exec(what);
  return `${{ jobnets: 'jobnet', runs: 'run', agents: 'agent', executions: 'run' }[kind]}-${name}`;
}

/** Each execution at most once, ever; only one that was dispatched; and none of which it was said that it never would. */
function checkStarts(marks, facts, excuses) {
  for (const { executionId, runId, begun } of marks.values()) {
    if (begun.length > 1) throw new Broken(3, `${executionId} began ${begun.length} times (processes ${begun.map(({ pid }) => pid).join(', ')})`, runId);
    const { dispatched, all } = facts.get(executionId) ?? { all: [] };
    if (dispatched === undefined) throw new Broken(3, `${executionId} began, and was never dispatched`, runId);
    const never = all.find(({ type, data }) => NEVER.includes(type) || (type === 'JobStopped' && data.exitCode === undefined));
    if (never !== undefined && !isExcused(excuses, facts.get(executionId), 'journal')) throw new Broken(3, `${executionId} began, and the log says that it never did (${never.type})`, runId);
  }
}

/** Each result once, with the exit code that the job gave; none that is not there, none of a job that gave none. */
function checkResults(marks, facts, excuses) {
  for (const { executionId, runId, ended: [end] } of marks.values()) {
    const { all, isTask } = facts.get(executionId);
    const results = all.filter(({ type }) => RESULTS.includes(type));
    if (results.length > 1) throw new Broken(4, `${executionId} has ${results.length} results`, runId);
    if (end === undefined) continue;
    const [result] = results;
    if (result === undefined && !isExcused(excuses, facts.get(executionId), 'journal', 'processes', ...(isTask ? ['tasks'] : [])) && !wasStoppedBeside(facts, executionId)) throw new Broken(4, `${executionId} ended with ${end.code}, and the log has no result of it`, runId);
    // Between its last line and its exit a signal may still have met it.
    const wasSignalled = all.some(({ type }) => type === 'JobStopRequested');
    if (result !== undefined && result.data.exitCode !== end.code && !wasSignalled) throw new Broken(4, `${executionId} ended with ${end.code}, and the log says ${result.data.exitCode}`, runId);
  }
  for (const [executionId, { runId, all }] of facts) {
    const success = all.find(({ type, data }) => RESULTS.includes(type) && data.exitCode === 0);
    if (success !== undefined && marks.get(executionId)?.ended.length !== 1) throw new Broken(4, `the log says that ${executionId} ended with 0, and it did not`, runId);
  }
}

/** Lost, or not known to its agent: only where something was done that makes it so (law 5: nothing else decides what really happened). */
function checkEvidence(facts, excuses) {
  for (const [executionId, { runId, isTask, all }] of facts) {
    for (const { type, data } of all) {
      const because = type === 'JobNotKnownToAgent' ? ['journal'] : type === 'JobLost' || type === 'JobOrphaned' ? ['processes', 'journal', ...(isTask ? ['tasks'] : [])] : undefined;
      if (because !== undefined && !isExcused(excuses, facts.get(executionId), ...because) && !(type === 'JobLost' && wasStoppedBeside(facts, executionId))) throw new Broken(5, `${type} of ${executionId} (${data.reason}), and nothing was done that makes it so`, runId);
    }
  }
}

/** A stop's grace and some, in milliseconds. */
const STOP_TAKES_MS = 20_000;

/** A task that ignores its stop is killed with its host, and what else ran there is lost: because of a word to a neighbour, which is on record. */
function wasStoppedBeside(facts, executionId) {
  const { agent, dispatched, isTask } = facts.get(executionId);
  const isStop = ({ type, at }) => type === 'JobStopRequested' && Date.parse(at) + STOP_TAKES_MS >= Date.parse(dispatched?.at);
  return isTask && [...facts].some(([other, fact]) => other !== executionId && fact.isTask && fact.agent === agent && fact.all.some(isStop));
}

/** What the API showed at a revision is what the log says up to there. */
function checkShown(runs, seen) {
  for (const { runId, revision, jobs } of seen) {
    const shown = JSON.stringify(jobs.map(({ jobId, state, attempt, executions }) => ({
      jobId, state, attempt, executions: executions.map(({ executionId, state: its }) => ({ executionId, state: its })),
    })));
    const folded = JSON.stringify(shownStates(foldRun(runs.get(runId), revision)));
    if (shown !== folded) throw new Broken(1, `at revision ${revision} the API showed ${shown}, and the log says ${folded}`, runId);
  }
}

/** By execution: its dispatch, and what else was recorded of it. */
function factsOf(log) {
  const facts = new Map();
  const tasks = new Map();
  for (const event of log) {
    const { stream, type, data } = event;
    if (!stream.startsWith('run-')) continue;
    const runId = stream.slice('run-'.length);
    if (type === 'RunStarted') tasks.set(runId, new Set(data.definition.jobs.filter(({ task }) => task !== undefined).map(({ id }) => id)));
    if (data.executionId === undefined) continue;
    const known = facts.get(data.executionId) ?? { runId, agent: undefined, dispatched: undefined, all: [], isTask: tasks.get(runId)?.has(data.jobId) === true };
    facts.set(data.executionId, known);
    if (type === 'JobDispatched' || type === 'ExecutionRecovered') Object.assign(known, { dispatched: event, agent: data.agent });
    else known.all.push(event);
  }
  return facts;
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
