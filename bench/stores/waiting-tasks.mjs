// What the agent is given with --tasks while something is killed: A1 ends when it is told to, A2 writes down when it began.
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks: so much later, at most, A1 ends. */
const LOOK_MS = 5;

export default {
  wait: async ({ runId, parameters: { MARKS, GO } }) => {
    mark(MARKS, 'A1', runId);
    while (!existsSync(GO)) await pause(LOOK_MS);
  },
  mark: async ({ runId, parameters: { MARKS } }) => mark(MARKS, 'A2', runId),
};

function mark(file, job, runId) {
  appendFileSync(file, `${job} ${Date.now()} ${runId}\n`);
}
