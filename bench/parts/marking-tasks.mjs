// What the agent is given with --tasks where the jobs' own word counts: a task that writes down when it was there.
import { appendFileSync } from 'node:fs';

export default {
  mark: async ({ runId, parameters: { MARKS, AT } }) => appendFileSync(MARKS, `${AT} ${Date.now()} ${runId}\n`),
};
