// What the agents of a campaign are given with `--tasks`: the same work as the commands do, as a function.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export default {
  work: async ({ runId, jobId, executionId, attempt, parameters: { MARKS, LASTS, FAILS, CODE }, signal }) => {
    const code = FAILS === 'always' || (FAILS === 'once' && attempt === 1) ? Number(CODE) : 0;
    const mark = (word) => appendFileSync(join(MARKS, runId), `${word} ${runId} ${jobId} ${executionId} ${attempt} ${process.pid} ${(Date.now() / 1000).toFixed(3)} ${code}\n`);
    mark('begin');
    await pause(Number(LASTS) * 1000, undefined, { signal });
    mark('end');
    if (code !== 0) throw new Error('as it was drawn');
  },
};
