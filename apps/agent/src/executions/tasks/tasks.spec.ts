import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionKeeper } from '../execution-keeper.js';
import type { KeeperOptions } from '../keeper-options.js';
import { identityOf, isAlive } from '../process/proc.js';
import { Keepers } from '../testing/keepers.js';
import { cancel, dispatch, idOf, receiptAt, reported, Scratch, signal, stop, taskDispatch } from '../testing/scratch.js';
import { until } from '../testing/wait-for.js';
import { callsOf, letGo, taskModule } from './testing/task-module.js';

const NEVER_SECONDS = 80_000;
let scratch: Scratch;
let keepers: Keepers;
let logged: string[];
beforeEach(() => { scratch = new Scratch(); keepers = new Keepers(scratch.dataDir); logged = []; });
afterEach(async () => {
  letGo(scratch);
  await keepers.close();
  await scratch.remove();
});

/** One host, unless a test says otherwise. */
async function open({ hosts = 1, ...options }: Partial<KeeperOptions> & { hosts?: number } = {}): Promise<ExecutionKeeper> {
  const tasks = 'tasks' in options ? options.tasks : { ...taskModule(scratch), hosts };
  return keepers.open({
    slots: 8, pollMs: 20, taskGraceMs: 50, log: (_level, message, details) => void logged.push(`${message} ${JSON.stringify(details)}`), ...options, tasks,
  });
}

async function run(keeper: ExecutionKeeper, n: number, name: string, parameters = {}): Promise<void> {
  await keeper.offer(taskDispatch(n, name, parameters));
  await until(`${name} to be called`, () => calls(n).length === 1);
}

const calls = (n: number) => callsOf(scratch).filter(({ executionId }) => executionId === idOf(n));
const pidOf = (n: number): number => calls(n)[0]?.pid ?? 0;
const finished = (keeper: ExecutionKeeper, n: number) => reported(() => keeper.pendingReports(), n, 'finished');
const lost = (keeper: ExecutionKeeper, n: number) => reported(() => keeper.pendingReports(), n, 'lost');
const gone = (pid: number) => until(`process ${pid} to be gone`, () => identityOf(pid) === undefined);

describe('a task', () => {
  it('that resolves has succeeded, and one that says nothing leaves nothing on the disk', async () => {
    const keeper = await open();
    await keeper.offer(taskDispatch(1, 'noop'));
    expect(await finished(keeper, 1)).toMatchObject({ sequence: 3, exitCode: 0, output: { stdout: { bytes: 0, tail: '', truncated: false }, stderr: { bytes: 0 } } });
    expect(await finished(keeper, 1)).not.toHaveProperty('stoppedBy');
    expect(existsSync(scratch.directory(1).path)).toBe(false);
  });

  it('is told what its execution is, and what it prints in whatever way is the output of the execution', async () => {
    const keeper = await open();
    await keeper.offer(taskDispatch(1, 'say', { DAY: 'today' }));
    const { output } = await finished(keeper, 1);
    const [first = '', ...more] = output.stdout.tail.split('\n');
    expect(JSON.parse(first)).toEqual({ parameters: { DAY: 'today' }, runId: 'run', jobId: 'job', executionId: idOf(1), attempt: 1, frozen: true, rest: ['signal', 'stderr'] });
    expect(more).toEqual(['text', 'console', 'streamed', 'later', '']);
    expect(output.stderr.tail).toMatch(/^1n\nError: an error\n[^]*\[cause\]: 'its cause'\n}\nwritten\n$/);
    expect(readFileSync(scratch.directory(1).output('stdout'), 'utf8')).toBe(output.stdout.tail);
  });

  it('may say 10 MB at once', async () => {
    const keeper = await open();
    await keeper.offer(taskDispatch(1, 'flood'));
    const { stdout } = (await finished(keeper, 1)).output;
    const whole = Array.from({ length: 100_000 }, (_, line) => `${String(line).padStart(99, '0')}\n`).join('');
    expect(stdout).toMatchObject({ bytes: 10_000_000, sha256: createHash('sha256').update(whole).digest('hex'), tail: whole.slice(-4096), truncated: true });
  });

  it.each([
    ['throws at once', 'throwNow', /^Error: at once\n[^]*\[cause\]: TypeError: because\n/],
    ['rejects with what is no error', 'rejectText', /^the task failed with 'only text'\n$/],
    ['throws in a timer', 'throwLater', /^Error: in a timer\n/],
    ['rejects where nobody awaits', 'forget', /^Error: nobody awaits this\n/],
  ])('that %s has failed, with all that is known in its stderr', async (_what, name, stderr) => {
    const keeper = await open();
    await keeper.offer(taskDispatch(1, name));
    const report = await finished(keeper, 1);
    expect(report).toMatchObject({ exitCode: 1 });
    expect(report.output.stderr.tail).toMatch(stderr);
  });

  it('that left an error to nobody ends no other in its host, and nothing new comes there', async () => {
    const keeper = await open();
    await run(keeper, 1, 'wait');
    await keeper.offer(taskDispatch(2, 'throwLater'));
    expect(await finished(keeper, 2)).toMatchObject({ exitCode: 1 });
    await run(keeper, 3, 'wait');
    expect([pidOf(2) === pidOf(1), pidOf(3) === pidOf(1)]).toEqual([true, false]);
    letGo(scratch);
    expect(await finished(keeper, 1)).toMatchObject({ exitCode: 0 });
    await gone(pidOf(1));
  });

  it('that nobody gave the agent is declined, naming what it has', async () => {
    const keeper = await open();
    await keeper.offer(taskDispatch(1, 'toString'));
    expect(await reported(() => keeper.pendingReports(), 1, 'declined')).toMatchObject({ reason: expect.stringMatching(/no task toString; it has noop, wait, tidy,/) as string });
  });

  it('is declined by an agent without tasks, also when a former one had accepted it', async () => {
    let keeper = await open({ slots: 1 });
    await run(keeper, 1, 'wait');
    await keeper.offer(taskDispatch(2, 'noop'));
    keeper = await keepers.reopen(keeper, { tasks: undefined });
    await keeper.sessionBegan({ session: 1 });
    await keeper.offer(taskDispatch(3, 'noop'));
    for (const n of [2, 3]) expect(await reported(() => keeper.pendingReports(), n, 'declined')).toMatchObject({ reason: expect.stringContaining('started without --tasks') as string });
    expect(calls(2)).toEqual([]);
  });

  it('has a slot like any other execution, and commands run beside it', async () => {
    const keeper = await open({ slots: 2 });
    await run(keeper, 1, 'wait');
    await run(keeper, 2, 'wait');
    await keeper.offer(dispatch(3, scratch.counting(3)));
    await keeper.offer(taskDispatch(4, 'noop'));
    expect(keeper.pendingReports().slice(2).map(({ state }) => state)).toEqual(['accepted', 'accepted']);
    expect([scratch.count(3), calls(4).length]).toEqual([0, 0]);
    letGo(scratch);
    expect(await finished(keeper, 3)).toMatchObject({ exitCode: 0 });
    expect(await finished(keeper, 4)).toMatchObject({ exitCode: 0 });
    expect(keeper.hello().inventory).toHaveLength(4);
    await keeper.acknowledged(idOf(4), 3, receiptAt(9));
    expect(keeper.hello().inventory).toHaveLength(3);
  });

  it('that waits for a slot can be cancelled', async () => {
    const keeper = await open({ slots: 1 });
    await run(keeper, 1, 'wait');
    await keeper.offer(taskDispatch(2, 'noop'));
    await keeper.cancel(cancel(2, 9));
    letGo(scratch);
    await finished(keeper, 1);
    expect(await reported(() => keeper.pendingReports(), 2, 'never-started')).toMatchObject({ reason: 'it was cancelled before it started' });
    expect(calls(2)).toEqual([]);
  });
});

describe('a host', () => {
  it('shares the tasks with the others: the one with the fewest gets the next', async () => {
    const keeper = await open({ hosts: 2, slots: 1000 });
    const pids = (): number[] => callsOf(scratch).map(({ pid }) => pid);
    let n = 0;
    await until('both hosts to have one', async () => {
      await run(keeper, ++n, 'wait');
      return new Set(pids()).size === 2;
    });
    // The second came later; it gets all until it has as many as the first.
    const first = n - 1;
    while (n < 2 * first + 2) await run(keeper, ++n, 'wait');
    expect([...new Set(pids())].map((pid) => pids().filter((each) => each === pid).length)).toEqual([first + 1, first + 1]);
  });

  it('that dies because a task calls process.exit takes its tasks with it: they are lost, said so, and the next are called in another', async () => {
    const keeper = await open();
    await run(keeper, 1, 'wait');
    await run(keeper, 2, 'exit');
    for (const n of [1, 2]) expect(await lost(keeper, n)).toMatchObject({ reason: `the task host died: the task exit of ${idOf(2)} called process.exit(3)` });
    await run(keeper, 3, 'noop');
    expect(await finished(keeper, 3)).toMatchObject({ exitCode: 0 });
    expect(calls(1)).toHaveLength(1);
  });

  it('that dies of an error below no task takes its tasks with it, and they say why', async () => {
    const keeper = await open();
    await run(keeper, 1, 'wait');
    writeFileSync(join(scratch.path, 'explode'), '');
    expect(await lost(keeper, 1)).toMatchObject({ reason: expect.stringMatching(/^the task host died: Error: of nobody\n/) as string });
    await run(keeper, 2, 'noop');
    expect(await finished(keeper, 2)).toMatchObject({ exitCode: 0 });
  });

  it.each(['wait', 'loop'])('that is killed takes its tasks with it (%s)', async (name) => {
    const keeper = await open();
    await run(keeper, 1, name);
    signal(pidOf(1), 'SIGKILL');
    expect(await lost(keeper, 1)).toMatchObject({ reason: 'the task host died: it was killed by SIGKILL', startedAt: expect.any(String) as string });
    await run(keeper, 2, 'noop');
    await finished(keeper, 2);
    expect(calls(1)).toHaveLength(1);
  });

  it('that keeps its loop shows its tasks as started', async () => {
    const keeper = await open();
    await run(keeper, 1, 'loop');
    expect(await reported(() => keeper.pendingReports(), 1, 'started')).toMatchObject({ sequence: 2 });
  });
});

describe('a stop', () => {
  it('aborts the signal, and what settles then was stopped', async () => {
    const keeper = await open();
    await run(keeper, 1, 'wait');
    await run(keeper, 2, 'tidy');
    await keeper.stop(stop(1, NEVER_SECONDS, 8));
    await keeper.stop(stop(2, NEVER_SECONDS, 9));
    expect(await finished(keeper, 1)).toMatchObject({ exitCode: 1, stoppedBy: 'SIGTERM', output: { stderr: { tail: expect.stringContaining('the job was stopped') as string } } });
    expect(await finished(keeper, 2)).toMatchObject({ exitCode: 0, stoppedBy: 'SIGTERM', output: { stdout: { tail: 'tidied up\n' } } });
    expect(isAlive(identityOf(pidOf(1)) ?? { pid: 0, startTime: '' })).toBe(true);
  });

  it('of what has settled changes nothing: the real result wins', async () => {
    const keeper = await open();
    await keeper.offer(taskDispatch(1, 'noop'));
    const report = await finished(keeper, 1);
    await keeper.stop(stop(1, 0));
    expect(keeper.pendingReports()).toEqual([report]);
  });

  it.each(['deaf', 'loop', 'ignore'])('kills the host of a task that does not settle within the grace; what else ran there is lost, and says because of whom (%s)', async (name) => {
    const keeper = await open();
    await run(keeper, 1, 'wait');
    await run(keeper, 2, name);
    await keeper.stop(stop(2, 0.05, 9));
    expect(await finished(keeper, 2)).toMatchObject({ exitCode: 137, signal: 'SIGKILL', stoppedBy: 'SIGKILL' });
    expect(await lost(keeper, 1)).toMatchObject({ reason: `the task host died: it was killed, because ${idOf(2)} was stopped and did not settle within its grace` });
    await gone(pidOf(2));
    await run(keeper, 3, 'noop');
    expect([calls(1).length, calls(2).length]).toEqual([1, 1]);
  });

  it('without a grace kills at once', async () => {
    const keeper = await open();
    await run(keeper, 1, 'wait');
    await keeper.stop(stop(1, 0));
    expect(await finished(keeper, 1)).toMatchObject({ exitCode: 137, stoppedBy: 'SIGKILL' });
  });

  it('under way keeps new tasks out of that host', async () => {
    const keeper = await open();
    await run(keeper, 1, 'ignore');
    await keeper.stop(stop(1, NEVER_SECONDS, 7));
    await run(keeper, 2, 'wait');
    expect(pidOf(2)).not.toBe(pidOf(1));
    letGo(scratch);
    expect(await finished(keeper, 1)).toMatchObject({ exitCode: 0, stoppedBy: 'SIGTERM' });
  });

  it('takes with the host what its tasks have spawned', async () => {
    const keeper = await open();
    await run(keeper, 1, 'spawns');
    const child = await until('its child', () => Number(scratch.text(`data/executions/${idOf(1)}/stdout`)) || undefined);
    await keeper.stop(stop(1, 0));
    await finished(keeper, 1);
    await gone(child);
  });
});

describe('a module', () => {
  it.each([
    ['that is not there', undefined, 'cannot be loaded: Error [ERR_MODULE_NOT_FOUND]'],
    ['with a fault in it', 'export default {', 'cannot be loaded: SyntaxError'],
    ['that throws', 'throw new Error("no database")', 'cannot be loaded: Error: no database'],
    ['that ends its process', 'process.exit(4)', 'cannot be loaded: its process died: it ended by itself with exit code 4'],
    ['without a default export', 'export const noop = 1', 'has no default export'],
    ['without tasks', 'export default {}', 'its default export is not usable: tasks are an object of functions by their names; this one is empty'],
    ['with something else than a function', 'export default { noop: 1 }', 'the task "noop" is no function but number'],
    ['with a name that no job can write', 'export default { "a b": () => {} }', 'a task cannot be called "a b"'],
  ])('%s is refused at the start, with the file and the error, and leaves no process', async (_what, source, message) => {
    const { module, program } = taskModule(scratch, source ?? '');
    if (source === undefined) rmSync(module);
    await expect(open({ tasks: { module, program, hosts: 1 } })).rejects.toThrow(expect.objectContaining({ name: 'TasksUnusableError', message: expect.stringContaining(module) as string }) as Error);
    await expect(open({ tasks: { module, program, hosts: 1 } })).rejects.toThrow(message);
    expect(readdirSync(join(scratch.dataDir, 'task-hosts'))).toEqual([]);
  });

  it('may be CommonJS', async () => {
    const { program } = taskModule(scratch);
    const module = join(scratch.path, 'tasks.cjs');
    writeFileSync(module, 'exports.__esModule = true; exports.default = { noop: async () => {} };');
    const keeper = await open({ tasks: { module, program, hosts: 1 } });
    await keeper.offer(taskDispatch(1, 'noop'));
    expect(await finished(keeper, 1)).toMatchObject({ exitCode: 0 });
  });

  it('that cannot be loaded any more has its tasks declined, and mended it is loaded again', async () => {
    const keeper = await open();
    const { module } = taskModule(scratch, 'export default { noop: 1 }');
    await keeper.offer(taskDispatch(1, 'exit'));
    await lost(keeper, 1);
    await until('the replacement to have failed', () => logged.some((line) => line.startsWith('the tasks cannot be loaded')));
    await keeper.offer(taskDispatch(2, 'noop'));
    expect(await reported(() => keeper.pendingReports(), 2, 'declined')).toMatchObject({ reason: expect.stringContaining(`cannot be loaded any more: ${module}`) as string });
    taskModule(scratch);
    await keeper.offer(taskDispatch(3, 'noop'));
    expect(await finished(keeper, 3)).toMatchObject({ exitCode: 0 });
  });
});

describe('an agent that is stopped', () => {
  it('asks its tasks to end, and keeps what became of them: failed where they gave up, lost where they did not', async () => {
    let keeper = await open({ taskGraceMs: 2_000 });
    for (const [n, name] of [[1, 'wait'], [2, 'tidy'], [3, 'deaf']] as const) await run(keeper, n, name);
    await keeper.close();
    for (const n of [1, 2, 3]) await gone(pidOf(n));
    keeper = await open({ tasks: undefined });
    expect(await finished(keeper, 1)).toMatchObject({ exitCode: 1, stoppedBy: 'SIGTERM', output: { stderr: { tail: expect.stringContaining('the agent was stopped') as string } } });
    expect(await finished(keeper, 2)).toMatchObject({ exitCode: 0, stoppedBy: 'SIGTERM' });
    expect(await lost(keeper, 3)).toMatchObject({ reason: 'the task host died: the agent was stopped' });
  });
});
