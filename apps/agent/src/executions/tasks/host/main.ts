import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import type { Instant } from '#events/vocabulary';
import type { FromHost, ToHost } from '../host-messages.js';
import { loadTasks, type TaskTable } from './load-tasks.js';
import type { TaskOutput } from './task-output.js';
import { TaskRun } from './task-run.js';

/**
 * A task host: a process of the agent's that calls tasks. It knows whose code runs by the asynchronous context, so that what a task
 * prints, throws or rejects anywhere below is that task's; what is nobody's ends the host.
 */
const current = new AsyncLocalStorage<TaskRun>();
const runs = new Map<string, TaskRun>();
let tasks: TaskTable = new Map();
let outbox: FromHost[] = [];
let isDying = false;

process.on('message', (messages) => hear(messages as ToHost[]));
// The agent is gone, and with it whoever would hear of an end: nothing of this group may go on.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
process.on('uncaughtException', blame);
process.on('unhandledRejection', blame);
process.on('exit', (code) => {
  const run = current.getStore();
  if (!isDying) lastWords(run === undefined ? `it ended by itself with exit code ${code}` : `${nameOf(run)} called process.exit(${code})`);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => die(`somebody sent it ${signal}`));
attribute(process.stdout, (run) => run.stdout);
attribute(process.stderr, (run) => run.stderr);

/** What is to be said goes out before the code of any task gets control: it may keep the loop for itself. */
function hear(messages: readonly ToHost[]): void {
  const work = messages.map(take);
  flush();
  for (const each of work) each();
}

function take(message: ToHost): () => void {
  switch (message.do) {
    case 'load':
      return () => void load(message.module);
    case 'call': {
      const run = new TaskRun(message.call);
      runs.set(message.call.executionId, run);
      say({ say: 'began', executionId: message.call.executionId, at: now() });
      return () => begin(run);
    }
    case 'abort': {
      const run = runs.get(message.executionId);
      if (run?.prepareAbort(message.reason) !== true) return () => undefined;
      say({ say: 'aborted', executionId: message.executionId });
      return () => run.abort();
    }
  }
}

async function load(module: string): Promise<void> {
  try {
    tasks = await loadTasks(module);
    say({ say: 'loaded', names: [...tasks.keys()] });
  } catch (error) {
    say({ say: 'broken', why: error instanceof Error ? error.message : String(error) });
  }
}

function begin(run: TaskRun): void {
  current.run(run, () => {
    try {
      const { name } = run.call;
      const task = tasks.get(name);
      if (task === undefined) throw new Error(`there is no task ${name}`);
      Promise.resolve(task(run.context())).then(() => settle(run), (error: unknown) => settle(run, { error }));
    } catch (error) {
      settle(run, { error });
    }
  });
}

function settle(run: TaskRun, failure?: { readonly error: unknown }): void {
  const { executionId } = run.call;
  const { wasAborted, durationMs } = run;
  try {
    if (!run.settle(failure)) return;
  } catch (error) {
    process.emitWarning(`the failure of ${executionId} could not be written: ${String(error)}`);
  }
  const endedAt = now();
  run.finish().catch((error: unknown) => {
    process.emitWarning(`the output of ${executionId} could not be kept: ${String(error)}`);
    return { exitCode: 1 as const, wrote: { stdout: run.stdout.isWritten, stderr: run.stderr.isWritten } };
  }).then(({ exitCode, wrote }) => {
    runs.delete(executionId);
    say({ say: 'settled', executionId, exitCode, endedAt, durationMs, wasAborted, wrote });
  }, die);
}

/** A throw in a timer, a rejection that nobody awaits: the task below which it happened has failed, and the host is not what it was. */
function blame(error: unknown): void {
  const run = current.getStore();
  if (run === undefined) return die(error);
  const what = `${nameOf(run)} left an error to nobody: ${inspect(error)}`;
  say({ say: 'unsound', why: what });
  if (run.isSettled) process.stderr.write(`${what}\n`);
  else settle(run, { error });
}

function die(why: unknown): void {
  if (isDying) return;
  lastWords(typeof why === 'string' ? why : inspect(why));
  process.exit(70);
}

/** As it is sent from a process that ends, it must leave at once; for a channel without a backlog it does. */
function lastWords(why: string): void {
  isDying = true;
  if (process.connected) process.send?.([...outbox.splice(0), { say: 'dying', why }] satisfies FromHost[]);
}

/** Everything of one turn of the loop goes as one message. */
function say(message: FromHost): void {
  if (outbox.push(message) === 1) setImmediate(flush);
}

function flush(): void {
  const messages = outbox;
  outbox = [];
  if (messages.length > 0 && process.connected) process.send?.(messages);
}

/** `console.log` and whatever else prints goes where the task's own output goes; outside of tasks, to the agent's log. */
function attribute(stream: NodeJS.WriteStream, outputOf: (run: TaskRun) => TaskOutput): void {
  const original = stream.write.bind(stream);
  stream.write = ((chunk: string | Uint8Array, encoding?: BufferEncoding | ((error?: Error | null) => void), done?: (error?: Error | null) => void): boolean => {
    const run = current.getStore();
    if (run === undefined || run.isSettled) return original(chunk, encoding as BufferEncoding, done);
    outputOf(run).write(typeof chunk === 'string' && typeof encoding === 'string' ? Buffer.from(chunk, encoding) : chunk);
    const called = typeof encoding === 'function' ? encoding : done;
    if (called !== undefined) process.nextTick(called);
    return true;
  });
}

function nameOf({ call: { name, executionId } }: TaskRun): string {
  return `the task ${name} of ${executionId}`;
}

function now(): Instant {
  return new Date().toISOString() as Instant;
}
