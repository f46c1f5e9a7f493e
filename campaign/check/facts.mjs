// By execution, what every life of the log has written of it.

const isEnd = ({ type }) => ENDS.includes(type);
const ENDS = ['JobFinished', 'JobStopped', 'LateResultRecorded', 'JobLost', 'JobNeverStarted', 'JobDeclined'];

/**
 * @returns by execution: `runId`, `jobId`, `agent`, `isTask`, the place of its first dispatch, `all` that the log has of it, and what it `lost`; each of
 *   those is an event with its place
 */
export function factsOf(lives) {
  const facts = new Map();
  const tasks = new Map();
  for (const { event, place, isLost } of lives.written()) {
    const { stream, type, data } = event;
    if (!stream.startsWith('run-')) continue;
    const runId = stream.slice('run-'.length);
    if (type === 'RunStarted') tasks.set(runId, new Set(data.definition.jobs.filter(({ task }) => task !== undefined).map(({ id }) => id)));
    if (data.executionId === undefined) continue;
    const known = facts.get(data.executionId) ?? { runId, jobId: data.jobId, isTask: tasks.get(runId)?.has(data.jobId) === true, all: [], lost: [] };
    facts.set(data.executionId, known);
    if (type !== 'JobDispatched' && type !== 'ExecutionRecovered') (isLost ? known.lost : known.all).push({ ...event, place });
    else if (type === 'JobDispatched' && known.dispatched === undefined) Object.assign(known, { dispatched: place, agent: data.agent });
    if (!isLost && type !== 'LateResultAdopted') known.isKept = true;
  }
  return facts;
}

/** How its agent said that it ended, in a stretch that was lost. */
export function lostEnd({ lost }) {
  return lost.find(isEnd);
}

/** Results that fit no run are kept on the agent's stream, of whatever life of the log. */
export function unmatchedResults(lives) {
  const results = new Map();
  for (const { event: { type, data } } of lives.written()) if (type === 'ReportUnmatched' && data.report.exitCode !== undefined) results.set(data.executionId, data.report);
  return results;
}
