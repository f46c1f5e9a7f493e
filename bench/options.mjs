import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { STORES } from './stores/databases.mjs';

const PARTS = ['handoff', 'flows', 'server', 'appends', 'replay', 'schedules', 'stores'];
/** One waits for two whole minutes, the other needs databases and fills them: only where they are asked for. */
const SLOW = ['schedules', 'stores'];
const KINDS = ['task', 'command'];

export const HELP = `npm run bench -- [options]

  --only PARTS          of ${PARTS.join(', ')}; several with commas (all but schedules and stores)
  --kind KINDS          of ${KINDS.join(', ')}; several with commas (both)
  --runs N              times that each is measured; medians are shown with the least and the most (3)
  --flows N             flows that count (4000 of tasks, 1000 of commands, 10000 of the server alone)
  --warm-up N           flows before them (a quarter)
  --in-flight N         flows under way at a time (200)
  --connections N       of the load generator (as many as flows in flight, at most 256)
  --hand-offs N         flows one at a time (500)
  --append-seconds N    for each number of writers (3)
  --events N            in the log that is replayed, at least (200000)
  --schedules N         due in the same minute (10000)
  --stores STORES       of ${STORES.join(', ')}; several with commas (all; kurrentdb where KURRENTDB_URL names one)
  --history N           flows in the log of each store over which a server is started (110000; 0: none)
  --probes N            of the disk and the loopback (500)
  --directory DIR       where the fresh data directories are made: the disk that is measured (${tmpdir()})
  --json FILE           the figures as JSON
  --markdown            tables in Markdown
  --profile PROCESSES   of server, agent: where their time goes, instead of the figures
`;

const NAMES = {
  only: { type: 'string', default: PARTS.filter((part) => !SLOW.includes(part)).join(',') }, kind: { type: 'string', default: KINDS.join(',') }, runs: { type: 'string', default: '3' },
  flows: { type: 'string' }, 'warm-up': { type: 'string' }, 'in-flight': { type: 'string', default: '200' }, connections: { type: 'string' },
  'hand-offs': { type: 'string', default: '500' }, 'append-seconds': { type: 'string', default: '3' }, events: { type: 'string', default: '200000' }, probes: { type: 'string', default: '500' }, schedules: { type: 'string', default: '10000' },
  stores: { type: 'string', default: STORES.join(',') }, history: { type: 'string', default: '110000' },
  directory: { type: 'string', default: tmpdir() }, json: { type: 'string' }, markdown: { type: 'boolean', default: false }, profile: { type: 'string' },
  help: { type: 'boolean', default: false },
};

const FLOWS = { task: 4000, command: 1000, server: 10_000 };

export function optionsFrom(args) {
  const { values } = parseArgs({ args, options: NAMES });
  const inFlight = numberIn(values, 'in-flight');
  const parts = listOf('only', values.only, PARTS);
  return {
    ...values, inFlight, runs: numberIn(values, 'runs'), handOffs: numberIn(values, 'hand-offs'), appendSeconds: numberIn(values, 'append-seconds'),
    events: numberIn(values, 'events'), probes: numberIn(values, 'probes'), schedules: numberIn(values, 'schedules'), stores: listOf('stores', values.stores, STORES), history: numberIn(values, 'history'), connections: numberIn(values, 'connections') ?? Math.min(inFlight, 256),
    kinds: listOf('kind', values.kind, KINDS), profile: values.profile === undefined ? undefined : listOf('profile', values.profile, ['server', 'agent']),
    parts, wants: (part) => parts.includes(part),
  };
}

/** How many flows of that kind count, and how many come before them. */
export function withFlows(options, kind) {
  const flows = numberIn(options, 'flows') ?? FLOWS[kind];
  return { ...options, flows, warmUp: numberIn(options, 'warm-up') ?? Math.ceil(flows / 4) };
}

function numberIn(values, name) {
  const value = values[name];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!(number >= 0)) throw new Error(`--${name} is a number, not '${value}'`);
  return number;
}

function listOf(name, text, known) {
  const words = text.split(',');
  const unknown = words.find((word) => !known.includes(word));
  if (unknown !== undefined) throw new Error(`--${name} knows ${known.join(', ')}, not '${unknown}'`);
  return words;
}
