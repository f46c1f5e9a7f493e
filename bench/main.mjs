// The benchmark of the built product: docs/performance.md says what each figure means.
import { writeFileSync } from 'node:fs';
import { temporaryDirectory } from './load/product.mjs';
import { syncTimes } from './measure/disk.mjs';
import { loopbackTimes } from './measure/loopback.mjs';
import { machine } from './measure/machine.mjs';
import { summaryOf } from './measure/statistics.mjs';
import { HELP, optionsFrom, withFlows } from './options.mjs';
import { appends } from './parts/appends.mjs';
import { replay } from './parts/replay.mjs';
import { schedules } from './parts/schedules.mjs';
import { serverOnly } from './parts/server-only.mjs';
import { profileOn, stores } from './parts/stores.mjs';
import { withAgent } from './parts/with-agent.mjs';
import { profileTables } from './report/profile-tables.mjs';
import { asMarkdown, asText, headline } from './report/render.mjs';
import { tablesOf } from './report/tables.mjs';

/** Raised when a field of the JSON changes its name or its meaning. */
const SCHEMA = 1;

const options = optionsFrom(process.argv.slice(2));
if (options.help) console.log(HELP);
else if (options.profile === undefined) await figures();
else await profile();
process.exit(0);

async function figures() {
  const { parts, kinds, runs, inFlight, connections, probes, directory } = options;
  const report = {
    schema: SCHEMA, machine: machine(directory), options: { parts, kinds, runs, inFlight, connections },
    disk: inTemporaryDirectory((path) => syncTimes(path, probes)), loopback: await loopbackTimes(probes),
  };
  if (options.wants('handoff') || options.wants('flows')) Object.assign(report, await agentParts());
  if (options.wants('server')) report.server = summaryOf(await times('the server alone', () => serverOnly(withFlows(options, 'server'))));
  if (options.wants('appends')) report.appends = summaryOf(await times('appends', () => appends(options)));
  if (options.wants('replay')) report.replay = await replayPart();
  if (options.wants('schedules')) report.schedules = { count: options.schedules, ...summaryOf(await times('schedules', () => schedules(options))) };
  if (options.wants('stores')) report.stores = await stores(withFlows(options, 'server'), say);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  print(report.machine, runs, tablesOf(report));
}

/** By kind, the hand-off and the throughput of each. */
async function agentParts() {
  const found = {};
  for (const kind of options.kinds) {
    const { handOff, flows } = summaryOf(await times(`${kind}s`, () => withAgent(kind, withFlows(options, kind))));
    if (handOff !== undefined) (found.handOff ??= {})[kind] = handOff;
    if (flows !== undefined) (found.flows ??= {})[kind] = flows;
  }
  return found;
}

async function replayPart() {
  say(`replay, once a log of ${options.events} events is there`);
  const { measured, ...log } = await replay(options);
  return { ...log, measured: summaryOf(measured) };
}

async function times(what, measure) {
  const measured = [];
  for (let run = 1; run <= options.runs; run += 1) {
    say(`${what}, run ${run} of ${options.runs}`);
    measured.push(await measure());
  }
  return measured;
}

/** On stderr: stdout is for the tables. */
function say(what) {
  process.stderr.write(`bench: ${what}\n`);
}

/** Runs the flows once, with Node's profiler in the processes that were named. */
async function profile() {
  const [kind] = options.kinds;
  const about = machine(options.directory);
  const { profiles, ...found } = await profiled(options.parts.join(), kind);
  // With the profiler in them they are slower; it is one run all the same.
  const figures = options.parts.join() === 'schedules' ? tablesOf({ options, schedules: { count: options.schedules, ...summaryOf([found]) } }) : [];
  print(about, 1, [...figures, ...Object.entries(profiles).flatMap(([who, profile]) => profileTables(profile, who))]);
}

async function profiled(part, kind) {
  if (part === 'schedules') return schedules(options, options.profile);
  if (part === 'stores') return profileOn(options.stores[0], withFlows(options, 'server'));
  if (part === 'server') return serverOnly(withFlows(options, 'server'), ['server']);
  return (await withAgent(kind, withFlows({ ...options, wants: (each) => each === 'flows' }, kind), options.profile)).flows;
}

function print(about, runs, tables) {
  console.log(`${headline(about, runs)}\n`);
  for (const table of tables) console.log(options.markdown ? asMarkdown(table) : asText(table));
}

function inTemporaryDirectory(work) {
  const directory = temporaryDirectory(options.directory);
  try {
    return work(directory.path);
  } finally {
    directory.remove();
  }
}
