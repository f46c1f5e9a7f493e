// What a campaign says at its end: of the rounds that held, or of the one that did not.
import { Coverage } from './coverage.mjs';

/** Each step's turn has come about five times by then; with fewer rounds chance may leave one out. */
const ROUNDS_FOR_ALL_STEPS = 100;

/**
 * @param played the figures of each round
 * @returns its lines, and whether the campaign has tried what it is for
 */
export function verdictOn(played, setting, seed) {
  const coverage = new Coverage(setting);
  for (const figures of played) coverage.take(figures);
  const [idle, unhit] = [coverage.idle(), coverage.unhit()];
  const poor = played.filter(({ faults, least }) => faults < least);
  const sum = (name) => played.reduce((all, figures) => all + figures[name], 0);
  const told = [
    `\n${coverage.table()}\n`,
    ...(idle.length > 0 ? [`did not strike, and others did in their place: ${idle.join('; ')}`] : []),
    ...(unhit.length > 0 ? [`no crash at: ${unhit.join('; ')}`] : []),
    ...poor.map(({ round, faults, least }) => `round ${round}: only ${faults} faults struck, and not ${least}`),
  ];
  const failing = [
    ...(poor.length > 0 ? ['too few faults struck in a round'] : []),
    ...(unhit.length > 0 && played.length >= ROUNDS_FOR_ALL_STEPS ? [`a step was never hit in ${played.length} rounds`] : []),
  ].map((why) => `${why}: the campaign has not tried what it is for, seed ${seed}`);
  if (failing.length > 0) return { lines: [...told, ...failing], isHeld: false };
  return { lines: [...told, `held: ${played.length} rounds, ${sum('faults')} faults, ${sum('executions')} executions, 0 lost, 0 doubled`], isHeld: true };
}

/** @param law none where it is the campaign that failed, and not the product */
export function brokenLines({ law, what, story, directory, round }, { seed, only, store, servers }) {
  return [
    `\nround ${round}: ${what}`, ...story.map((line) => `  ${line}`), `kept: ${directory}`,
    `again: npm run campaign -- --seed ${seed} --rounds 1 --first ${round}${store === 'sqlite' ? '' : ` --store ${store} --servers ${servers}`}${only === undefined ? '' : ` --only ${only.join(',')}`}`,
    law === undefined ? `failed: the campaign itself, seed ${seed}` : `broken: law ${law}, seed ${seed}`,
  ];
}
