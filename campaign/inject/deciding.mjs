// Deciders are objects whose `decide` gets a command and a state: what is broken there is broken for every decision, and folds know nothing of it.
import { ownerOf, replace } from './patching.mjs';

/** @param blindly gets the original and what it is asked, and asks it otherwise */
export async function decideOtherwise(module, name, blindly) {
  replace(await ownerOf(`libs/domain/src/${module}.js`, name), 'decide', blindly);
}

/** Runs are decided as if each job's definition said this. */
export function decideRunsAs(said) {
  const misread = (run) => run && { ...run, jobs: run.jobs.map((job) => ({ ...job, definition: { ...job.definition, ...said } })) };
  return decideOtherwise('run/run.decider', 'runDecider', (original, command, run) => original(command, misread(run)));
}
