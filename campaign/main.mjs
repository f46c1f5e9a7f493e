// The fault campaign: docs/reliability.md says what it does and what it has found.
import { play } from './acts/round.mjs';
import { DRAWN_AS, lineOf, planOf } from './draw/plan.mjs';
import { HELP, optionsFrom } from './options.mjs';
import { Coverage } from './report/coverage.mjs';
import { Progress } from './report/progress.mjs';
import { brokenLines, verdictOn } from './report/verdict.mjs';
import { STORES } from './stores/kinds.mjs';

const options = optionsFrom(process.argv.slice(2));
if (options.help) console.log(HELP);
else process.exitCode = await campaign(options);
process.exit();

async function campaign({ seed, store, servers, rounds, minutes, first, atOnce, runs, only, breaks, resume }) {
  const setting = { store, servers };
  const progress = new Progress(resume, { seed, store, servers, runs, only, breaks, drawnAs: DRAWN_AS });
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
        progress.keep({ round, executions: done.executions, faults: done.faults, least: plan.least, ...coverage.figures });
        console.log(`round ${round} held: ${done.executions} executions, ${done.faults} faults, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
      }
    }
    await logs.close();
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return broken === undefined ? tellHeld(progress.between(first, first + rounds - 1), seed, setting) : tellBroken(broken, seed, only, setting);
}

function tellHeld(played, seed, setting) {
  const { lines, isHeld } = verdictOn(played, setting, seed);
  for (const line of lines) console.log(line);
  return isHeld ? 0 : 1;
}

function tellBroken(broken, seed, only, setting) {
  for (const line of brokenLines(broken, { seed, only, ...setting })) console.log(line);
  return 1;
}
