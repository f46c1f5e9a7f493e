// Tasks of examples/tasks.yaml. Start an agent with them:
//   kiroku up --tasks examples/tasks.mjs     (or: kiroku agent start ... --tasks examples/tasks.mjs)
//
// Outside of this checkout, where there is no package `kiroku` to import from, a module exports the object itself:
//   export default { greet: async (context) => { ... } };
import { setTimeout as pause } from 'node:timers/promises';
import { defineTasks } from 'kiroku/tasks';

export default defineTasks({
  /** What resolves has succeeded; what it says is in the job's output. */
  greet: async ({ parameters, logger, runId }) => {
    logger.info(`Hello ${parameters.WHO}, this is run ${runId}`);
  },

  /** A task that works for a while looks at its signal: a stop aborts it, and it may tidy up before it rejects. */
  count: async ({ parameters, logger, signal, attempt }) => {
    for (let number = 1; number <= Number(parameters.COUNT_TO); number += 1) {
      await pause(100, undefined, { signal });
      logger.info({ number, attempt });
    }
  },
});
