import { STEPS } from '../inject/steps.mjs';
import { randomFrom } from './random.mjs';

/** What strikes from outside. What takes results or the log away with it comes in one round of a few, once. */
const ALWAYS = [
  'kill-server', 'kill-agent', 'kill-both', 'pause-server', 'pause-agent', 'cut', 'hold-back', 'lose-answers', 'lose-requests', 'disk-full-agent', 'disk-full-server', 'derived-deleted',
  'clock-jump', 'second-agent', 'repeat', 'garbage',
];
const COSTLY = ['journal-lost', 'reboot', 'journal-rollback', 'log-restore'];
export const FAULTS = ['crash', ...ALWAYS, ...COSTLY];

const CRASHES = 3;
const OTHERS = 2;
/** A round with one that takes results away with it, of so many. */
const COSTLY_EVERY = 3;
const AGENTS = ['one', 'two'];

/** Everything that is random about a round, from the seed and its number alone: the same round can be asked for again. */
export function planOf(seed, round, { only, runs = 20 } = {}) {
  const random = randomFrom(seed, round, 'plan');
  const steps = randomFrom(seed, 'steps').shuffled(STEPS);
  const crashes = Array.from({ length: CRASHES }, (_, index) => crashAt(random, steps[((round - 1) * CRASHES + index) % steps.length]));
  const usual = [...outside(seed, round, ALWAYS, OTHERS), ...(round % COSTLY_EVERY === 0 ? outside(seed, round / COSTLY_EVERY, COSTLY, 1) : [])];
  const kinds = only === undefined ? usual : outside(seed, round, only.filter((kind) => kind !== 'crash'), OTHERS);
  const others = kinds.map((kind) => ({
    kind, agent: random.pick(AGENTS), afterMs: random.whole(0, 400), lastsMs: random.whole(50, 900), slots: random.whole(2, 6), ends: random.pick(['released', 'cut']), hours: random.pick([-1, 1]) * random.whole(1, 72),
  }));
  return { seed, round, runs, slots: [random.whole(2, 6), random.whole(2, 6)], faults: random.shuffled([...(only?.includes('crash') === false ? [] : crashes), ...others]) };
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

export function lineOf({ seed, round, runs, slots, faults }) {
  const told = faults.map(({ kind, step, passing, agent, lastsMs }) => (kind === 'crash' ? `crash "${step}" #${passing}` : `${kind} ${agent} ${lastsMs}ms`));
  return `round ${round}, seed ${seed}: ${runs} runs, slots ${slots.join('+')}, ${told.join(', ')}`;
}
