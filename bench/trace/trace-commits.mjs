// Loaded into the server with `node --import`: counts the COMMITs of its log and how long each held the thread. One comparison a
// statement and two readings of a clock a commit; the product is as built.
import { Database } from '#event-store/sqlite/library';
import { answerBench } from './answer-bench.mjs';

let commits = [];
const exec = Database.prototype.exec;

Database.prototype.exec = function traced(sql) {
  if (sql !== 'COMMIT') return exec.call(this, sql);
  const begun = performance.now();
  const answer = exec.call(this, sql);
  commits.push(performance.now() - begun);
  return answer;
};

answerBench({
  reset: () => { commits = []; },
  commits: () => commits,
});
