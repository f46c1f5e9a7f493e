import { parseArgs } from 'node:util';
import { FAULTS } from './draw/plan.mjs';

export const BREAKS = ['ack-before-commit', 'no-expected-revision', 'forget-before-ack', 'start-without-claim', 'stale-inventory', 'stop-before-dispatch', 'log-rewind', 'resend-after-forget'];

export const HELP = `npm run campaign -- [options]

  --seed N          all that is random comes from it (a new one, which is printed)
  --rounds M        rounds, one after the other (10)
  --minutes N       no further round begins after that many (none)
  --first K         the number of the first one: --rounds 1 --first K plays round K again (1)
  --at-once N       rounds that are played side by side (1)
  --runs N          runs a round, at least (20)
  --resume FILE     keeps the figures of each round there; started again with it, only the rounds that are missing are played
  --store sqlite    the store of the server's log
  --only LIST       no other kinds of faults than these, in turn (all): ${FAULTS.join(', ')}
  --break NAME      loads a break of one safeguard, which has to be found: ${BREAKS.join(', ')}
`;

const NAMES = {
  seed: { type: 'string' }, rounds: { type: 'string', default: '10' }, first: { type: 'string', default: '1' }, 'at-once': { type: 'string', default: '1' }, runs: { type: 'string', default: '20' },
  minutes: { type: 'string' }, resume: { type: 'string' }, store: { type: 'string', default: 'sqlite' }, only: { type: 'string' }, break: { type: 'string' }, help: { type: 'boolean', default: false },
};

export function optionsFrom(args) {
  const { values } = parseArgs({ args, options: NAMES });
  if (values.store !== 'sqlite') throw new Error(`--store knows sqlite, not '${values.store}'`);
  if (values.break !== undefined && !BREAKS.includes(values.break)) throw new Error(`--break knows ${BREAKS.join(', ')}, not '${values.break}'`);
  const only = values.only?.split(',');
  const unknown = only?.find((kind) => !FAULTS.includes(kind));
  if (unknown !== undefined) throw new Error(`--only knows ${FAULTS.join(', ')}, not '${unknown}'`);
  return {
    help: values.help, resume: values.resume, breaks: values.break, only, rounds: whole(values, 'rounds'), first: whole(values, 'first'), atOnce: whole(values, 'at-once'), runs: whole(values, 'runs'),
    minutes: values.minutes === undefined ? Infinity : whole(values, 'minutes'),
    seed: values.seed === undefined ? 1 + Math.floor(Math.random() * 2 ** 31) : whole(values, 'seed'),
  };
}

function whole(values, name) {
  const number = Number(values[name]);
  if (!(Number.isInteger(number) && number > 0)) throw new Error(`--${name} is a whole number from 1, not '${values[name]}'`);
  return number;
}
