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

/** While these last an agent is away, and an operator may take it for lost: so often. */
const AGENT_IS_AWAY = ['kill-agent', 'kill-both', 'journal-lost', 'reboot'];
const DECLARED_LOST = 1 / 3;

const CRASHES = 3;
/** So many strike in each round, at least; where `--only` leaves fewer to be drawn, all of those. */
const LEAST_FAULTS = 5;
/** Some of what is drawn in the place of a fault that did not strike may not strike either. */
const SPARES = 12;
/** Of so many kinds of faults one more. */
const A_FAULT_EVERY = 10;
/** Where the log goes back a clock jumps by seconds instead: each start of the stretch that is lost is a question to an operator. */
const HOURS_TO_SECONDS = 1 / 3600;
/** A round with one that takes results away with it, of so many. */
const COSTLY_EVERY = 3;

/** Of a campaign whose rounds were drawn otherwise nothing can be taken over: to be raised whenever the same seed plays other rounds than before. */
export const DRAWN_AS = 3;

/** @returns the faults that can be had on these servers and this store, in the order of the table */
export function faultsOf(setting) {
  return ['crash', ...kindsOf(setting).map(({ kind }) => kind)];
}

const kindsOf = (setting) => KINDS.filter((each) => canBeHad(each, setting));

/** Everything that is random about a round, from the seed and its number alone: the same round can be asked for again. */
export function planOf(seed, round, { only, runs, store, servers }) {
  const random = randomFrom(seed, round, 'plan');
  const struck = randomFrom(seed, round, 'servers');
  const lost = randomFrom(seed, round, 'declared lost');
  const steps = randomFrom(seed, 'steps').shuffled(stepsOf({ store, servers }));
  const always = kindsOf({ store, servers }).filter(({ isCostly }) => isCostly !== true).map(({ kind }) => kind);
  const costly = kindsOf({ store, servers }).filter(({ isCostly }) => isCostly === true).map(({ kind }) => kind);
  const others = Math.ceil(always.length / A_FAULT_EVERY);
  const crashes = Array.from({ length: CRASHES }, (_, index) => crashAt(random, steps[((round - 1) * CRASHES + index) % steps.length]));
  const usual = [...outside(seed, round, always, others), ...(round % COSTLY_EVERY === 0 ? outside(seed, round / COSTLY_EVERY, costly, 1) : [])];
  const kinds = only === undefined ? usual : outside(seed, round, only.filter((kind) => kind !== 'crash'), others);
  const fromOutside = kinds.map((kind) => outsideAt(random, kind));
  const slots = [random.whole(2, 6), random.whole(2, 6)];
  const faults = random.shuffled([...(only?.includes('crash') === false ? [] : crashes), ...fromOutside]);
  const hoursOf = ({ hours }) => (hours === undefined ? {} : { hours: hours * (kinds.includes('log-restore') ? HOURS_TO_SECONDS : 1) });
  const onStage = (fault) => ({ ...fault, ...hoursOf(fault), server: struck.pick(serverNames(servers)), ...(AGENT_IS_AWAY.includes(fault.kind) && { isDeclaredLost: lost.chance(DECLARED_LOST) }) });
  return {
    seed, round, runs, store, servers, slots, faults: faults.map(onStage), least: Math.min(LEAST_FAULTS, faults.length),
    spares: sparesFrom(randomFrom(seed, round, 'spares'), only ?? always, steps).map(onStage),
  };
}

/** What strikes, one after the other, in a round in which not enough has struck by then. A crash waits for somebody to come along: only where nothing else is wanted. */
function sparesFrom(random, wanted, steps) {
  const kinds = wanted.filter((kind) => kind !== 'crash');
  return Array.from({ length: SPARES }, () => (kinds.length === 0 ? crashAt(random, random.pick(steps)) : outsideAt(random, random.pick(kinds))));
}

/** All kinds take turns, in an order of the seed. */
function outside(seed, round, kinds, count) {
  const order = randomFrom(seed, 'faults').shuffled(kinds);
  return order.length === 0 ? [] : Array.from({ length: count }, (_, index) => order[((round - 1) * count + index) % order.length]);
}

function outsideAt(random, kind) {
  return {
    kind, agent: random.pick(AGENTS), afterMs: random.whole(0, 400), lastsMs: random.whole(50, 900), slots: random.whole(2, 6), ends: random.pick(['released', 'cut']), hours: random.pick([-1, 1]) * random.whole(1, 72),
  };
}

function crashAt(random, { step, who, prelude }) {
  return {
    kind: 'crash', step, who, ...(prelude !== undefined && { prelude }), passing: prelude === undefined ? random.whole(1, 4) : 1, agent: random.pick(AGENTS),
    afterMs: random.whole(0, 300), lastsMs: random.whole(50, 700), slots: random.whole(2, 6),
  };
}

export function lineOf({ seed, round, runs, servers, slots, faults }) {
  const told = faults.map(({ kind, step, passing, agent, server, lastsMs, isDeclaredLost }) => (kind === 'crash' ? `crash "${step}" #${passing}` : `${kind} ${agent}${servers > 1 ? `/${server}` : ''} ${lastsMs}ms${isDeclaredLost === true ? ', declared lost' : ''}`));
  return `round ${round}, seed ${seed}: ${runs} runs, slots ${slots.join('+')}, ${told.join(', ')}`;
}
