// The fault campaign: docs/reliability.md says what it does and what it has found.
import { play } from './acts/round.mjs';
import { lineOf, planOf } from './draw/plan.mjs';
import { HELP, optionsFrom } from './options.mjs';
import { Coverage } from './report/coverage.mjs';
import { Progress } from './report/progress.mjs';
import { STORES } from './stores/kinds.mjs';

/** Each step's turn has come five times by then; with fewer rounds chance may leave one out. */
const ROUNDS_FOR_ALL_STEPS = 100;

const options = optionsFrom(process.argv.slice(2));
if (options.help) console.log(HELP);
else process.exitCode = await campaign(options);
process.exit();

async function campaign({ seed, store, servers, rounds, minutes, first, atOnce, runs, only, breaks, resume }) {
  const setting = { store, servers };
  const progress = new Progress(resume, { seed, store, servers, runs, only, breaks });
  const over = performance.now() + minutes * 60_000;
  let next = first;
  let broken;
  const lane = async () => {
    const logs = await STORES[store].open();
    while (next < first + rounds && broken === undefined && performance.now() < over) {
      const round = next;
      next += 1;
      if (progress.has(round)) continue;
      const plan = planOf(seed, round, { only, runs, ...setting });
      console.log(lineOf(plan));
      const begun = performance.now();
      const coverage = new Coverage(setting);
      const done = await play(plan, coverage, { logs, breaks });
      if (done.broken !== undefined) broken ??= { ...done.broken, round };
      else {
        progress.keep({ round, executions: done.executions, faults: done.faults, ...coverage.figures });
        console.log(`round ${round} held: ${done.executions} executions, ${done.faults} faults, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
      }
    }
    await logs.close();
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return broken === undefined ? tellHeld(progress.between(first, first + rounds - 1), seed, setting) : tellBroken(broken, seed, only, setting);
}

function tellHeld(played, seed, setting) {
  const coverage = new Coverage(setting);
  for (const figures of played) coverage.take(figures);
  console.log(`\n${coverage.table()}\n`);
  const unhit = coverage.unhit();
  if (unhit.length > 0) console.log(`no crash at: ${unhit.join('; ')}`);
  if (unhit.length > 0 && played.length >= ROUNDS_FOR_ALL_STEPS) {
    console.log(`a step was never hit in ${played.length} rounds: the campaign has not tried what it is for, seed ${seed}`);
    return 1;
  }
  const sum = (name) => played.reduce((all, figures) => all + figures[name], 0);
  console.log(`held: ${played.length} rounds, ${sum('faults')} faults, ${sum('executions')} executions, 0 lost, 0 doubled`);
  return 0;
}

function tellBroken({ law, what, story, directory, round }, seed, only, { store, servers }) {
  console.log(`\nround ${round}: ${what}`);
  for (const line of story) console.log(`  ${line}`);
  console.log(`kept: ${directory}\nagain: npm run campaign -- --seed ${seed} --rounds 1 --first ${round}${store === 'sqlite' ? '' : ` --store ${store} --servers ${servers}`}${only === undefined ? '' : ` --only ${only.join(',')}`}`);
  console.log(`broken: law ${law}, seed ${seed}`);
  return 1;
}
