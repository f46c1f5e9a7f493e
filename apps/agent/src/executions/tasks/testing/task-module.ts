import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Scratch } from '../../testing/scratch.js';

/** Tasks that behave well and badly. Each leaves a line in `calls`, so that a second call would show. */
const SOURCE = `
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, renameSync } from 'node:fs';
import { promisify } from 'node:util';
const pause = promisify(setTimeout);
const here = (name) => new URL(name, import.meta.url);
const called = ({ executionId }) => appendFileSync(here('calls'), executionId + ' ' + process.pid + '\\n');
const released = async (signal) => { while (!existsSync(here('go'))) await pause(5, undefined, { signal }); };
const never = () => new Promise(() => setInterval(() => {}, 1_000_000));
// Not below any task.
setInterval(() => {
  if (!existsSync(here('explode'))) return;
  renameSync(here('explode'), here('exploded'));
  throw new Error('of nobody');
}, 5).unref();
export default {
  noop: async (context) => called(context),
  wait: async (context) => { called(context); await released(context.signal); },
  tidy: async (context) => { called(context); await released(context.signal).catch(() => undefined); context.logger.info('tidied up'); },
  ignore: async (context) => { called(context); await released(); },
  deaf: (context) => { called(context); return never(); },
  loop: (context) => { called(context); context.logger.info('round and round'); for (;;); },
  say: async ({ parameters, runId, jobId, executionId, attempt, logger, stdout, ...rest }) => {
    logger.info({ parameters, runId, jobId, executionId, attempt, frozen: Object.isFrozen(parameters), rest: Object.keys(rest) });
    logger.info('text'); logger.warn(1n); logger.error(new Error('an error', { cause: 'its cause' }));
    console.log('console'); process.stderr.write('written\\n'); stdout.write('streamed\\n');
    await pause(1); console.log('later');
  },
  flood: async ({ logger }) => { for (let line = 0; line < 100_000; line++) logger.info(String(line).padStart(99, '0')); },
  throwNow: () => { throw new Error('at once', { cause: new TypeError('because') }); },
  rejectText: async () => { throw 'only text'; },
  throwLater: (context) => { called(context); setTimeout(() => { throw new Error('in a timer'); }, 1); return never(); },
  forget: (context) => { called(context); void Promise.reject(new Error('nobody awaits this')); return never(); },
  exit: (context) => { called(context); process.exit(3); },
  pid: async ({ logger }) => logger.info(String(process.pid)),
  spawns: (context) => { called(context); const child = spawn('sleep', ['600'], { stdio: 'ignore' }); context.logger.info(String(child.pid)); return never(); },
};
`;

/** A module in the directory of a test; `program` is the compiled host, which Node can run. */
export function taskModule(scratch: Scratch, source = SOURCE): { module: string; program: string } {
  const module = join(scratch.path, 'tasks.mjs');
  writeFileSync(module, source);
  return { module, program: compiledHost() };
}

/** The executions that were called, each with the process that did it. */
export function callsOf(scratch: Scratch): { executionId: string; pid: number }[] {
  return scratch.text('calls').split('\n').filter(Boolean).map((line) => {
    const [executionId = '', pid] = line.split(' ');
    return { executionId, pid: Number(pid) };
  });
}

/** Lets all that wait for it go on. */
export function letGo(scratch: Scratch): void {
  writeFileSync(join(scratch.path, 'go'), '');
}

/** `node scripts/ready.mjs` builds it. */
function compiledHost(): string {
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, 'package-lock.json'))) root = dirname(root);
  return join(root, 'dist/apps/agent/src/executions/tasks/host/main.js');
}
