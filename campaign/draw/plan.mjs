import { stepsOf } from '../inject/steps.mjs';
import { AGENTS, serverNames } from '../stage/names.mjs';
import { canBeHad } from '../stores/kinds.mjs';
import { randomFrom } from './random.mjs';

/** What strikes from outside, and what it `needs`. What takes results or the log away with it comes in one round of a few, once. */
const KINDS = [
  ...[
    'kill-server', 'kill-agent', 'kill-both', 'pause-server', 'pause-agent', 'cut', 'hold-back', 'lose-answers', 'lose-requests', 'disk-full-agent', 'disk-full-server', 'derived-deleted',
    'clock-jump', 'second-agent', 'repeat', 'garbage',
  ].map((kind) => ({ kind })),
  ...['kill-all-servers', 'freeze-server', 'partition'].map((kind) => ({ kind, needs: ['servers'] })),
  ...['kill-database', 'pause-database'].map((kind) => ({ kind, needs: ['hasDatabase'] })),
  ...['cut-database', 'hold-back-database', 'lose-database-answers'].map((kind) => ({ kind, needs: ['hasNetwork'] })),
  ...['journal-lost', 'reboot', 'journal-rollback'].map((kind) => ({ kind, isCostly: true })),
  { kind: 'log-restore', needs: ['canGoBack'], isCostly: true },
];
/** Whatever the store. */
export const FAULTS = ['crash', ...KINDS.map(({ kind }) => kind)];

const CRASHES = 3;
/** Of so many kinds of faults one more. */
const A_FAULT_EVERY = 10;
/** A round with one that takes results away with it, of so many. */
const COSTLY_EVERY = 3;

/** @returns the faults that can be had on these servers and this store, in the order of the table */
export function faultsOf(setting) {
  return ['crash', ...kindsOf(setting).map(({ kind }) => kind)];
}

const kindsOf = (setting) => KINDS.filter((each) => canBeHad(each, setting));

/** Everything that is random about a round, from the seed and its number alone: the same round can be asked for again. */
export function planOf(seed, round, { only, runs, store, servers }) {
  const random = randomFrom(seed, round, 'plan');
  const struck = randomFrom(seed, round, 'servers');
  const steps = randomFrom(seed, 'steps').shuffled(stepsOf({ store, servers }));
  const always = kindsOf({ store, servers }).filter(({ isCostly }) => isCostly !== true).map(({ kind }) => kind);
  const costly = kindsOf({ store, servers }).filter(({ isCostly }) => isCostly === true).map(({ kind }) => kind);
  const others = Math.ceil(always.length / A_FAULT_EVERY);
  const crashes = Array.from({ length: CRASHES }, (_, index) => crashAt(random, steps[((round - 1) * CRASHES + index) % steps.length]));
  const usual = [...outside(seed, round, always, others), ...(round % COSTLY_EVERY === 0 ? outside(seed, round / COSTLY_EVERY, costly, 1) : [])];
  const kinds = only === undefined ? usual : outside(seed, round, only.filter((kind) => kind !== 'crash'), others);
  const fromOutside = kinds.map((kind) => ({
    kind, agent: random.pick(AGENTS), afterMs: random.whole(0, 400), lastsMs: random.whole(50, 900), slots: random.whole(2, 6), ends: random.pick(['released', 'cut']), hours: random.pick([-1, 1]) * random.whole(1, 72),
  }));
  const slots = [random.whole(2, 6), random.whole(2, 6)];
  const faults = random.shuffled([...(only?.includes('crash') === false ? [] : crashes), ...fromOutside]);
  return { seed, round, runs, store, servers, slots, faults: faults.map((fault) => ({ ...fault, server: struck.pick(serverNames(servers)) })) };
}

/** All kinds take turns, in an order of the seed. */
function outside(seed, round, kinds, count) {
  const order = randomFrom(seed, 'faults').shuffled(kinds);
  return order.length === 0 ? [] : Array.from({ length: count }, (_, index) => order[((round - 1) * count + index) % order.length]);
}

function crashAt(random, { step, who, prelude }) {
  return {
    kind: 'crash', step, who, ...(prelude !== undefined && { prelude }), passing: prelude === undefined ? random.whole(1, 4) : 1, agent: random.pick(AGENTS),
    afterMs: random.whole(0, 300), lastsMs: random.whole(50, 700), slots: random.whole(2, 6),
  };
}

export function lineOf({ seed, round, runs, servers, slots, faults }) {
  const told = faults.map(({ kind, step, passing, agent, server, lastsMs }) => (kind === 'crash' ? `crash "${step}" #${passing}` : `${kind} ${agent}${servers > 1 ? `/${server}` : ''} ${lastsMs}ms`));
  return `round ${round}, seed ${seed}: ${runs} runs, slots ${slots.join('+')}, ${told.join(', ')}`;
}
