import { parseArgs } from 'node:util';
import { FAULTS, faultsOf } from './draw/plan.mjs';
import { STORES } from './stores/kinds.mjs';
import { refuseKurrentDb } from './stores/kurrentdb.mjs';

export const BREAKS = [
  'ack-before-commit', 'no-expected-revision', 'forget-before-ack', 'start-without-claim', 'stale-inventory', 'stop-before-dispatch', 'log-rewind', 'resend-after-forget',
  'failure-as-success', 'rerun-unasked', 'end-too-early', 'overlap',
];

/** They reach into the store. */
const IN_A_TABLE = ['no-expected-revision', 'log-rewind'];

export const HELP = `npm run campaign -- [options]

  --seed N          all that is random comes from it (a new one, which is printed)
  --rounds M        rounds, one after the other (10)
  --minutes N       no further round begins after that many (none)
  --first K         the number of the first one: --rounds 1 --first K plays round K again (1)
  --at-once N       rounds that are played side by side (1)
  --runs N          runs a round, at least (20)
  --resume FILE     keeps the figures of each round there; started again with it, only the rounds that are missing are played
  --store NAME      the store of the log (sqlite): ${Object.keys(STORES).join(', ')}. postgres comes with the packages; kurrentdb is the one at KURRENTDB_URL
  --servers N       servers side by side on that log (1)
  --only LIST       no other kinds of faults than these, in turn (all that the store and the servers have): ${FAULTS.join(', ')}
  --break NAME      loads a break of one safeguard, which has to be found: ${BREAKS.join(', ')}
`;

const NAMES = {
  seed: { type: 'string' }, rounds: { type: 'string', default: '10' }, first: { type: 'string', default: '1' }, 'at-once': { type: 'string', default: '1' }, runs: { type: 'string', default: '20' },
  minutes: { type: 'string' }, resume: { type: 'string' }, store: { type: 'string', default: 'sqlite' }, only: { type: 'string' }, servers: { type: 'string', default: '1' }, break: { type: 'string' }, help: { type: 'boolean', default: false },
};

export function optionsFrom(args) {
  const { values } = parseArgs({ args, options: NAMES });
  const [store, servers] = [values.store, whole(values, 'servers')];
  const refused = settingRefused(store, servers);
  if (refused !== undefined) throw new Error(refused);
  if (values.break !== undefined && !BREAKS.includes(values.break)) throw new Error(`--break knows ${BREAKS.join(', ')}, not '${values.break}'`);
  if (store === 'kurrentdb' && IN_A_TABLE.includes(values.break)) throw new Error(`--break ${values.break} is not known for kurrentdb: it patches what writes a table`);
  const only = values.only?.split(',');
  const known = faultsOf({ store, servers });
  const unknown = only?.find((kind) => !known.includes(kind));
  if (unknown !== undefined) throw new Error(`--only knows with --store ${store} --servers ${servers}: ${known.join(', ')}; not '${unknown}'`);
  return {
    help: values.help, store, servers, resume: values.resume, breaks: values.break, only, rounds: whole(values, 'rounds'), first: whole(values, 'first'), atOnce: whole(values, 'at-once'), runs: whole(values, 'runs'),
    minutes: values.minutes === undefined ? Infinity : whole(values, 'minutes'),
    seed: values.seed === undefined ? 1 + Math.floor(Math.random() * 2 ** 31) : whole(values, 'seed'),
  };
}

function settingRefused(store, servers) {
  const kind = STORES[store];
  if (kind === undefined) return `--store knows ${Object.keys(STORES).join(', ')}, not '${store}'`;
  if (servers > kind.mostServers) return `--store ${store} has ${kind.mostServers} server at most: a second one waits as a standby until the first lets go of the file, and does nothing meanwhile; take --store postgres`;
  return store === 'kurrentdb' ? refuseKurrentDb(process.env.KURRENTDB_URL) : undefined;
}

function whole(values, name) {
  const number = Number(values[name]);
  if (!(Number.isInteger(number) && number > 0)) throw new Error(`--${name} is a whole number from 1, not '${values[name]}'`);
  return number;
}
