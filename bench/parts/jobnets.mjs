import { fileURLToPath } from 'node:url';

export const AGENT = 'bench';

/** The flow that everything is measured with: A1, then A2. */
const WORK = { task: 'task: noop', command: 'command: [/bin/true]' };

export function flowOf(kind) {
  return `jobnet: A\njobs:\n  A1: { ${WORK[kind]}, agent: ${AGENT} }\n  A2: { ${WORK[kind]}, agent: ${AGENT}, after: A1 }\n`;
}

/** The module with the task that does nothing. */
export const TASKS = fileURLToPath(new URL('tasks.mjs', import.meta.url));
