// Processes of the benchmark itself: one module each, asked over Node's channel between parent and child.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { whenOver } from '../../scripts/when-over.mjs';

/** Starts a module that calls `serveParent`. It ends with this process, whatever ends that. */
export function startChild(module) {
  const child = fork(fileURLToPath(module), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const forget = whenOver(() => child.kill('SIGKILL'));
  const end = async () => {
    child.kill('SIGKILL');
    await exited;
    forget();
  };
  return { ask: (input, onMark) => answerOf(child, input, onMark), end };
}

/** One question to a module in a process of its own. */
export async function askOnce(module, input, onMark) {
  const child = startChild(module);
  try {
    return await child.ask(input, onMark);
  } finally {
    await child.end();
  }
}

function answerOf(child, input, onMark = () => undefined) {
  return new Promise((resolve, reject) => {
    // Marks are dealt with one after the other, and all of them before the answer.
    let before = Promise.resolve();
    const take = ({ mark, result, error }) => {
      before = before.then(() => {
        if (mark !== undefined) return onMark(mark);
        child.off('message', take);
        return error === undefined ? resolve(result) : reject(new Error(error));
      }).catch(reject);
    };
    child.on('message', take);
    child.once('exit', (code, signal) => reject(new Error(`a process of the benchmark ended with ${signal ?? code}`)));
    child.send(input);
  });
}

/** The other side: answers each question with what `work(input, mark)` comes to. `mark(name)` tells the parent to look at something now. */
export function serveParent(work) {
  const mark = (name) => process.send({ mark: name });
  process.on('disconnect', () => process.exit(1));
  process.on('message', (input) => {
    work(input, mark).then((result) => process.send({ result }), (error) => process.send({ error: error.stack ?? String(error) }));
  });
}
