// Loaded into a task host with `node --import`: ends it by SIGKILL at the step that its agent was armed for, itself alone, once.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { classOf, replace } from './patching.mjs';
import { HOST_STEPS } from './steps.mjs';

const directory = process.env.CAMPAIGN_DIRECTORY;
const textOf = (name) => (existsSync(join(directory, name)) ? readFileSync(join(directory, name), 'utf8') : '');

const { prototype } = await classOf('apps/agent/src/executions/tasks/host/task-run.js', 'TaskRun');
for (const { step, method, when } of HOST_STEPS) {
  replace(prototype, method, (original, ...given) => {
    if (when === 'before') pass(step);
    const answer = original(...given);
    // The task begins in this very turn, and then it waits for something.
    if (when === 'soon') setImmediate(() => pass(step));
    return when === 'after' ? answer.then((told) => (pass(step), told)) : answer;
  });
}

function pass(step) {
  // It is known to the agent by its name, which no other host of the agent may take for itself.
  if (textOf('arm').split('#', 1)[0] !== step || textOf('hits').includes(step)) return;
  appendFileSync(join(directory, 'hits'), `${step}\n`);
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}
