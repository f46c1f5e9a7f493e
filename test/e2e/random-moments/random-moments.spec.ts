import { randomFrom, seedOfRun } from '../../support/random.js';
import { bothDie, serverDies } from './deaths.js';
import { decidedNotSent, dispatchUnanswered, resultUnanswered } from './losses.js';
import { lineOf, type Plan, planOf, SCENARIOS } from './plan.js';
import { Stage } from './stage.js';
import { expectSound } from './witnesses.js';
import { rerunBeside, skippedWhileAway, stopMeetsEnd } from './words.js';

/** In all, where `KIROKU_SEEDS` does not say how many for each scenario. */
const SEEDS_IN_ALL = 20;

/** `KIROKU_SCENARIO` narrows it to one; with `KIROKU_SEED` beside it, to the one plan of that seed. */
function plans(): Plan[] {
  const { KIROKU_SCENARIO: only = '', KIROKU_SEED: seed = '', KIROKU_SEEDS: each = '' } = process.env;
  const scenarios = SCENARIOS.filter((scenario) => only === '' || only === String(scenario));
  const [first] = scenarios;
  if (first === undefined) throw new Error(`KIROKU_SCENARIO is ${only}; there are ${SCENARIOS.join(', ')}`);
  const base = seedOfRun();
  if (only !== '' && seed !== '') return [planOf(first, base)];
  process.stderr.write(`random moments: KIROKU_SEED=${base}\n`);
  const random = randomFrom(base);
  // Another scenario is first each time, so that none gets less in the long run.
  return Array.from({ length: each === '' ? SEEDS_IN_ALL : Number(each) * scenarios.length }, (_, index) =>
    planOf(scenarios[(base + index) % scenarios.length] ?? first, Math.floor(random() * 2 ** 31) + 1));
}

function play(stage: Stage, plan: Plan): Promise<string> {
  switch (plan.scenario) {
    case 1: return serverDies(stage, plan);
    case 2: return bothDie(stage, plan);
    case 4: return resultUnanswered(stage, plan);
    case 5: return dispatchUnanswered(stage, plan);
    case 6: return decidedNotSent(stage, plan);
    case 9: return rerunBeside(stage, plan);
    case 10: return stopMeetsEnd(stage, plan);
    case 11: return skippedWhileAway(stage, plan);
  }
}

/** Two of them play at a time (`maxConcurrency`), each on a stage of its own. */
describe('at a random moment', () => {
  const stages: Stage[] = [];

  afterAll(() => Promise.all(stages.map((stage) => stage.destroy())), 60_000);

  it.concurrent.each(plans().map((plan) => [lineOf(plan), plan] as const))('%s', async (line, plan) => {
    process.stderr.write(`${line}\n`);
    const stage = stages.pop() ?? await Stage.create();
    try {
      await stage.ready();
      await stage.define(plan);
      await expectSound(stage, await play(stage, plan));
      stages.push(stage);
    } catch (error) {
      process.stderr.write(`${line}: failed\n${await stage.story()}\n`);
      // What is left of it is no stage for the next plan.
      await stage.destroy();
      throw error;
    }
  }, 180_000);
});
