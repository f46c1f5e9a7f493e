// What the laws demand of schedules that are due every so many seconds of UTC, written from docs/events.md and not from the product.
import { Broken } from './broken.mjs';

const FATES = ['RunStarted', 'RunPassedOver', 'QueuedRunDropped', 'OccurrenceNotStarted'];
const LEFT_OUT = ['RunPassedOver', 'QueuedRunDropped'];
const WANTED = ['RunQueued', 'RunAdmitted', 'RunStarted'];
const instantOf = (key) => Date.parse(`${key}Z`);

/** What can be said of a log at any time. */
export function checkSchedules(log) {
  const schedules = new Map();
  const wanted = new Map();
  const started = new Map();
  for (const event of log) {
    if (event.stream.startsWith('schedule-')) decide(schedules, event);
    if (event.type === 'OccurrenceStarted') for (const { runId, jobnet } of event.data.runs) want(wanted, runId, `${event.stream.slice('schedule-'.length)} ${jobnet} ${event.data.occurrence.key}`);
    if (event.type === 'RunStarted' && event.data.occurrence !== undefined) start(started, wanted, event.data);
  }
  checkAdmissions(log);
}

/** Runs that were decided and of which nobody has said yet what became of them. */
export function undecidedStarts(log) {
  const told = new Set(log.filter(({ type }) => FATES.includes(type)).map(({ data }) => data.runId));
  return log.filter(({ type }) => type === 'OccurrenceStarted').flatMap(({ data }) => data.runs.map(({ runId }) => runId)).filter((runId) => !told.has(runId));
}

/** By the clock each occurrence once, and none left out; by a person only what was asked about, once. */
function decide(schedules, { stream, type, data, actor }) {
  if (type === 'ScheduleDefined') schedules.set(stream, newSchedule(data));
  const schedule = schedules.get(stream);
  const [first, last] = [data.first ?? data.occurrence, data.last ?? data.occurrence];
  if (first === undefined) return;
  if (data.because === 'asked' || data.because === 'operator') {
    if (!schedule.asked.delete(first.key)) throw new Broken(3, `${stream}: ${first.key} was ${type === 'OccurrenceStarted' ? 'started' : 'skipped'} by a person (${actor.id}), and nobody was asked about it`);
    return;
  }
  const expected = schedule.upTo === undefined ? undefined : schedule.upTo + schedule.every;
  if (expected !== undefined && instantOf(first.key) < expected) throw new Broken(3, `${stream}: ${first.key} was decided twice (${type})`);
  if (expected !== undefined && instantOf(first.key) > expected) throw new Broken(4, `${stream}: before ${first.key} nothing was decided since ${new Date(schedule.upTo).toISOString()}`);
  const count = (instantOf(last.key) - instantOf(first.key)) / schedule.every + 1;
  if (count !== (data.count ?? 1)) throw new Broken(4, `${stream}: ${first.key} to ${last.key} are ${count}, and the log says ${data.count}`);
  schedule.upTo = instantOf(last.key);
  if (type === 'OccurrenceMissed') schedule.asked.add(first.key);
}

/** Decided up to the one before its first. */
function newSchedule({ definition, next }) {
  const every = definition.rule.seconds * 1000;
  return { every, upTo: next && instantOf(next.key) - every, asked: new Set() };
}

function want(wanted, runId, occurrence) {
  if (wanted.has(runId)) throw new Broken(3, `run ${runId} was decided twice, for ${wanted.get(runId)} and ${occurrence}`, runId);
  wanted.set(runId, occurrence);
}

function start(started, wanted, { runId, jobnet, occurrence: { schedule, key } }) {
  const occurrence = `${schedule} ${jobnet} ${key}`;
  if (wanted.get(runId) !== occurrence) throw new Broken(3, `the run was started for ${occurrence}, and that was decided for ${wanted.get(runId) ?? 'nothing'}`, runId);
  if (started.has(occurrence)) throw new Broken(3, `${occurrence} has runs ${started.get(occurrence)} and ${runId}`, runId);
  started.set(occurrence, runId);
}

/** Of those that had to be admitted no two of one jobnet are open, by the order of the log; and none comes back that was left out. */
function checkAdmissions(log) {
  const open = new Map();
  const leftOut = new Map();
  for (const { type, stream, data } of log) {
    if (LEFT_OUT.includes(type)) leftOut.set(data.runId, type);
    if (WANTED.includes(type) && leftOut.has(data.runId)) throw new Broken(3, `${stream}: ${type} of ${data.runId} after ${leftOut.get(data.runId)}`, data.runId);
    const runId = type === 'RunFinished' ? stream.slice('run-'.length) : type === 'OccurrenceNotStarted' ? data.runId : undefined;
    for (const [jobnet, other] of open) if (other === runId) open.delete(jobnet);
    if (type !== 'RunAdmitted') continue;
    if (open.has(stream)) throw new Broken(8, `${stream}: ${data.runId} was admitted while ${open.get(stream)} was open`, data.runId);
    open.set(stream, data.runId);
  }
}
