// What the jobs themselves wrote: a line when one begins and one when it ends. Nothing here comes from the product.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** By execution: how often it began, and the exit codes that it was about to give when it ended. */
export function readMarks(directory) {
  const executions = new Map();
  for (const name of readdirSync(directory)) {
    for (const line of readFileSync(join(directory, name), 'utf8').split('\n')) {
      if (line === '') continue;
      const [word, runId, jobId, executionId, attempt, pid, at, code] = line.split(' ');
      const marks = executions.get(executionId) ?? { executionId, runId, jobId, begun: [], ended: [] };
      executions.set(executionId, marks);
      marks[word === 'begin' ? 'begun' : 'ended'].push({ attempt: Number(attempt), pid, at: Number(at), code: Number(code) });
    }
  }
  return executions;
}
