import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { apiClient } from '../load/http.mjs';
import { startAgent, startServer, temporaryDirectory, tokenIn } from '../load/product.mjs';
import { cpuOf, peakMemoryOf } from '../measure/process-figures.mjs';
import { profilesAt } from '../measure/profiles.mjs';
import { percentile } from '../measure/statistics.mjs';
import { AGENT } from './jobnets.mjs';

const TASKS = fileURLToPath(new URL('marking-tasks.mjs', import.meta.url));
const MINUTE_MS = 60_000;
const CONNECTIONS = 64;
/** Of the agent; a hello names at most as many. */
const SLOTS = 10_000;
/** What defining one may take, side by side with others: the first minute must not come before the last one is there. */
const DEFINING_MS = 4;
const LOOK_MS = 100;
/** Of a mark: an instant, milliseconds and the id of a run, each with what parts it from the next. */
const MARK_BYTES = 25 + 14 + 27;
const PATIENCE_MS = 5 * MINUTE_MS;

/**
 * So many schedules that are due in the same minute, and once more in the next, on one server with one agent: what the jobs themselves write down counts.
 *
 * @returns how long defining them took, and for each of the two minutes from the instant that was due to the jobs' own marks
 */
export async function schedules({ schedules: count, directory: parent }, profiled = []) {
  const directory = temporaryDirectory(parent);
  const server = await startServer(directory.path, { isProfiled: profiled.includes('server') });
  const agent = await startAgent(directory.path, { url: server.url, name: AGENT, slots: SLOTS, tasks: TASKS, isProfiled: profiled.includes('agent') });
  const api = apiClient(server.url, tokenIn(directory.path, 'operator'), CONNECTIONS);
  try {
    const marks = join(directory.path, 'marks');
    const dues = minutesAfter(Date.now() + 10_000 + count * DEFINING_MS);
    const definingMs = await define(api, count, dues, marks);
    if (Date.now() > dues[0]) throw new Error(`defining ${count} schedules took ${Math.round(definingMs)} ms, and they were due before that`);
    const before = await profileFrom(dues[0], { server, agent }, profiled);
    await marksOf(marks, dues[0], count, 0);
    const cpu = { server: cpuOf(server.pid).own - before.server, agent: cpuOf(agent.pid).own - before.agent };
    const profiles = await profilesAt('measured', { server, agent }, profiled);
    await marksOf(marks, dues[1], count, count);
    const decided = await decidedAt(server.url, tokenIn(directory.path, 'operator'));
    const [first, later] = dues.map((due) => lateness(due, readMarks(marks), decided));
    return { definingMs, first, later, cpuMs: cpu, peakMemoryMiB: { server: peakMemoryOf(server.pid), agent: peakMemoryOf(agent.pid) }, ...(profiles && { profiles }) };
  } finally {
    await api.close();
    await agent.stop();
    await server.stop();
    directory.remove();
  }
}

function minutesAfter(earliest) {
  const first = Math.ceil(earliest / MINUTE_MS) * MINUTE_MS;
  return [first, first + MINUTE_MS];
}

async function define(api, count, dues, marks) {
  await api.define('A', JSON.stringify({ jobnet: 'A', parameters: { AT: '' }, jobs: { A1: { task: 'mark', agent: AGENT, parameters: { MARKS: marks } } } }));
  const minutes = dues.map((due) => new Date(due).getUTCMinutes()).join(',');
  const begun = performance.now();
  let next = 0;
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    while (next < count) {
      const schedule = `s${next += 1}`;
      await api.schedule(schedule, JSON.stringify({ schedule, jobnet: 'A', cron: `${minutes} * * * *`, parameters: { AT: '{{ occurrence.at }}' } }));
    }
  }));
  return performance.now() - begun;
}

/** @returns the CPU time of both a moment before they are due */
async function profileFrom(due, { server, agent }, profiled) {
  await pause(due - Date.now() - 200);
  await profilesAt('warm', { server, agent }, profiled);
  return { server: cpuOf(server.pid).own, agent: cpuOf(agent.pid).own };
}

/** Resolves when that many have written that they were there. Until the file is as long as that, it is not read: the work would be the measured ones' loss. */
async function marksOf(marks, due, count, before) {
  const text = new Date(due).toISOString();
  const bytes = (before + count) * MARK_BYTES;
  for (const deadline = due + PATIENCE_MS; Date.now() < deadline; await pause(LOOK_MS)) {
    if (existsSync(marks) && statSync(marks).size >= bytes && readMarks(marks).filter(({ at }) => at === text).length >= count) return;
  }
  throw new Error(`of ${count} jobs due at ${text} only ${readMarks(marks).filter(({ at }) => at === text).length} have begun`);
}

function readMarks(marks) {
  if (!existsSync(marks)) return [];
  return readFileSync(marks, 'utf8').split('\n').slice(0, -1).map((line) => {
    const [at, ms, runId] = line.split(' ');
    return { at, ms: Number(ms), runId };
  });
}

/** When the server says that it decided: `{ type, at, due }` each. */
async function decidedAt(url, token) {
  const answer = await fetch(`${url}/api/v1/events?type=OccurrenceStarted,RunStarted`, { headers: { authorization: `Bearer ${token}`, accept: 'application/x-ndjson' } });
  return (await answer.text()).split('\n').filter((line) => line !== '').map((line) => {
    const { type, at, data } = JSON.parse(line);
    return { type, at: Date.parse(at), due: Date.parse(data.nominalAt ?? data.occurrence.at) };
  });
}

/** From the instant that was due, in milliseconds. One that began twice, or early, ends the benchmark. */
function lateness(due, all, decided) {
  const text = new Date(due).toISOString();
  const marks = all.filter(({ at }) => at === text);
  if (new Set(marks.map(({ runId }) => runId)).size !== marks.length) throw new Error('a job has begun twice');
  const spread = (times) => {
    const late = times.map((time) => time - due);
    if (late.some((ms) => ms < 0)) throw new Error('something began before it was due');
    return { p50: percentile(late, 0.5), last: late.reduce((most, ms) => Math.max(most, ms), 0) };
  };
  const of = (type) => spread(decided.filter((each) => each.type === type && each.due === due).map(({ at }) => at));
  return { decidedMs: of('OccurrenceStarted'), startedMs: of('RunStarted'), markedMs: spread(marks.map(({ ms }) => ms)) };
}
