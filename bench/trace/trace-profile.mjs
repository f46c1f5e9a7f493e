// Loaded beside the other tracing when a process is profiled: Node's own sampling profiler, between two questions of the benchmark,
// so that start and end of the process are not in it.
import { Session } from 'node:inspector';
import { answerBench } from './answer-bench.mjs';

const session = new Session();
session.connect();

function post(method) {
  return new Promise((resolve, reject) => session.post(method, (error, answer) => (error === null ? resolve(answer) : reject(error))));
}

answerBench({
  startProfile: async () => {
    await post('Profiler.enable');
    await post('Profiler.start');
  },
  profile: async () => (await post('Profiler.stop')).profile,
});
