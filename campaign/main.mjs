// The fault campaign: docs/reliability.md says what it does and what it has found.
import { play } from './acts/round.mjs';
import { lineOf, planOf } from './draw/plan.mjs';
import { HELP, optionsFrom } from './options.mjs';
import { Coverage } from './report/coverage.mjs';

/** With fewer rounds chance may leave a step out. */
const ROUNDS_FOR_ALL_STEPS = 50;

const options = optionsFrom(process.argv.slice(2));
if (options.help) console.log(HELP);
else process.exitCode = await campaign(options);
process.exit();

async function campaign({ seed, rounds, minutes, first, atOnce, runs, optional, breaks }) {
  const coverage = new Coverage();
  const sums = { rounds: 0, executions: 0, faults: 0 };
  const over = performance.now() + minutes * 60_000;
  let next = first;
  let broken;
  const lane = async () => {
    while (next < first + rounds && broken === undefined && performance.now() < over) {
      const plan = planOf(seed, next, { optional, runs });
      next += 1;
      console.log(lineOf(plan));
      const begun = performance.now();
      const done = await play(plan, coverage, breaks);
      sums.rounds += 1;
      sums.executions += done.executions;
      sums.faults += done.faults;
      if (done.broken !== undefined) broken ??= { ...done.broken, round: plan.round };
      else console.log(`round ${plan.round} held: ${done.executions} executions, ${done.faults} faults, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  if (broken !== undefined) return tellBroken(broken, seed);
  console.log(`\n${coverage.table()}\n`);
  const unhit = coverage.unhit();
  if (unhit.length > 0) console.log(`no crash at: ${unhit.join('; ')}`);
  if (unhit.length > 0 && sums.rounds >= ROUNDS_FOR_ALL_STEPS) {
    console.log(`a step was never hit in ${sums.rounds} rounds: the campaign has not tried what it is for, seed ${seed}`);
    return 1;
  }
  console.log(`held: ${sums.rounds} rounds, ${sums.faults} faults, ${sums.executions} executions, 0 lost, 0 doubled`);
  return 0;
}

function tellBroken({ law, what, story, directory, round }, seed) {
  console.log(`\nround ${round}: ${what}`);
  for (const line of story) console.log(`  ${line}`);
  console.log(`kept: ${directory}\nagain: npm run campaign -- --seed ${seed} --rounds 1 --first ${round}`);
  console.log(`broken: law ${law}, seed ${seed}`);
  return 1;
}
