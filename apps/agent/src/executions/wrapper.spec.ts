import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import type { ExecutionDirectory } from './process/execution-directory.js';
import { launchSetting, spawnWrapper } from './process/launch.js';
import { currentBootId, isAlive } from './process/proc.js';
import { idOf, dispatch, Scratch, signal } from './testing/scratch.js';
import { until } from './testing/wait-for.js';

let scratch: Scratch;
beforeEach(() => { scratch = new Scratch(); });
afterEach(() => scratch.remove());

const setting = launchSetting(currentBootId(), '/', process.env);

function prepare(n: number): ExecutionDirectory {
  const directory = scratch.directory(n);
  mkdirSync(directory.work, { recursive: true });
  execFileSync('mkfifo', [directory.life]);
  return directory;
}

async function run(n: number, ...[command, more]: [string | string[], Parameters<typeof dispatch>[2]?]): Promise<ExecutionDirectory> {
  const directory = prepare(n);
  await once(spawnWrapper(directory, dispatch(n, command, more).spec, setting), 'exit');
  return directory;
}

const stdout = (directory: ExecutionDirectory): string => readFileSync(directory.output('stdout'), 'utf8');
const stderr = (directory: ExecutionDirectory): string => readFileSync(directory.output('stderr'), 'utf8');

describe('the result', () => {
  it.each<[string, string | string[], number]>([
    ['an exit code', 'exit 3', 3],
    ['a signal', 'kill -KILL $$', 137],
    ['a command that is not there', ['./no such command'], 127],
    ['a command that looks like an option', ['--version'], 127],
    ['a vector', ['/bin/sh', '-c', 'exit "$1"', 'sh', '9'], 9],
  ])('tells %s', async (_what, command, exitCode) => {
    const directory = await run(1, command);
    expect(directory.result()?.exitCode).toBe(exitCode);
    expect(directory.started()?.uptime).toBeLessThanOrEqual(directory.result()?.uptime ?? 0);
  });

  it('is 126 with the reason in stderr where the directory cannot be entered', async () => {
    const directory = await run(1, 'echo never', { cwd: '/no/such/place' });
    expect([directory.result()?.exitCode, stdout(directory)]).toEqual([126, '']);
    expect(stderr(directory)).toContain('/no/such/place');
  });

  it('survives TERM, INT and HUP to the wrapper, which the job is not made deaf to', async () => {
    const directory = prepare(1);
    const wrapper = spawnWrapper(directory, dispatch(1, 'trap "echo heard; exit 7" INT; echo ready; while :; do sleep 0.01; done').spec, setting);
    await until('the job', () => existsSync(directory.output('stdout')) && stdout(directory) === 'ready\n');
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) signal(wrapper.pid as number, name);
    signal(directory.started()?.job.pid as number, 'SIGINT');
    await until('the result', () => directory.result());
    expect([directory.result()?.exitCode, stdout(directory)]).toEqual([7, 'ready\nheard\n']);
  });
});

describe('the job', () => {
  it('leads a session of its own, reads nothing, ignores no signal, and is named by `started`', async () => {
    const directory = await run(1, ['/bin/sh', '-c', 'cat; read -r stat </proc/self/stat; echo $stat; grep SigIgn /proc/self/status']);
    const [stat = '', ignored] = stdout(directory).trim().split('\n');
    const [pid, , , , group, session] = stat.split(' ');
    expect([group, session, String(directory.started()?.job.pid)]).toEqual([pid, pid, pid]);
    expect(stat.split(' ')[21]).toBe(directory.started()?.job.startTime);
    expect(ignored).toMatch(/^SigIgn:\s+0+$/);
  });

  it('gets the values as they are, whatever stands in them', async () => {
    const nasty = 'a b\n$(touch /tmp/never) `id` "\' \\ * ;|&';
    const env = { NASTY: nasty, 'a.b-c': 'dotted', PATH: '/nowhere', IFS: 'x', PWD: '/elsewhere', kiroku_wrapper_boot: 'mine', KIROKU_RUN_ID: 'not this' };
    const directory = await run(1, [process.execPath, '-e', 'console.log(JSON.stringify({ argv: process.argv.slice(1), env: process.env }))', '--', nasty, '-n', ''], { env });
    const got = JSON.parse(stdout(directory)) as { argv: string[]; env: Record<string, string> };
    expect(got.argv).toEqual([nasty, '-n', '']);
    expect(got.env).toMatchObject({ ...env, KIROKU_RUN_ID: 'run', KIROKU_JOB_ID: 'job', KIROKU_EXECUTION_ID: idOf(1), KIROKU_ATTEMPT: '1' });
  });

  it('inherits nothing of the agent that is called KIROKU_, and no variable of the wrapper', async () => {
    const own = launchSetting(currentBootId(), '/', { ...process.env, KIROKU_TOKEN: 'secret', OTHER: 'stays' });
    const directory = prepare(1);
    await once(spawnWrapper(directory, dispatch(1, ['env']).spec, own), 'exit');
    expect(stdout(directory)).toContain('OTHER=stays');
    expect(stdout(directory)).not.toMatch(/KIROKU_TOKEN|kiroku_wrapper|OLDPWD/);
    expect(stdout(directory)).toContain(`PWD=${directory.work}\n`);
  });

  it('has a directory of its own, and a relative cwd starts at the agent\'s', async () => {
    expect(stdout(await run(1, 'pwd'))).toBe(`${scratch.directory(1).work}\n`);
    expect(stdout(await run(2, 'pwd', { cwd: 'usr' }))).toBe('/usr\n');
  });
});

describe('the claim', () => {
  it('names the wrapper by pid, start time and boot', async () => {
    const directory = prepare(1);
    const wrapper = spawnWrapper(directory, dispatch(1, 'exec sleep 60').spec, setting);
    await until('the job', () => directory.started());
    const claim = directory.claim();
    expect(claim).toMatchObject({ by: 'wrapper', bootId: currentBootId(), wrapper: { pid: wrapper.pid } });
    expect(claim?.by === 'wrapper' && isAlive(claim.wrapper)).toBe(true);
    expect(claim?.by === 'wrapper' && isAlive({ ...claim.wrapper, startTime: '1' })).toBe(false);
  });

  it('lets exactly one of several wrappers run the job, 60 times over', async () => {
    for (let round = 1; round <= 60; round++) {
      const directory = prepare(round);
      const wrappers = [1, 2, 3].map(() => spawnWrapper(directory, dispatch(round, scratch.counting(round)).spec, setting));
      await Promise.all(wrappers.map((wrapper) => once(wrapper, 'exit')));
      expect([round, scratch.count(round), directory.result()?.exitCode]).toEqual([round, 1, 0]);
    }
  });

  it('of the agent keeps every wrapper out', async () => {
    const directory = prepare(1);
    expect([directory.claimForAgent(), directory.claimForAgent()]).toEqual([true, false]);
    await once(spawnWrapper(directory, dispatch(1, scratch.counting(1)).spec, setting), 'exit');
    expect([scratch.count(1), directory.claim(), directory.result()]).toEqual([0, { by: 'agent' }, undefined]);
  });

  it('is not taken without the FIFO that shows who lives', async () => {
    const directory = scratch.directory(1);
    mkdirSync(directory.work, { recursive: true });
    await once(spawnWrapper(directory, dispatch(1, scratch.counting(1)).spec, setting), 'exit');
    expect([scratch.count(1), directory.claim(), existsSync(directory.life)]).toEqual([0, undefined, false]);
  });
});

describe('on a full disk', () => {
  it('runs nothing that it cannot write down as started', async () => {
    const directory = prepare(1);
    symlinkSync('/dev/full', `${directory.path}/started`);
    const [code] = await once(spawnWrapper(directory, dispatch(1, scratch.counting(1)).spec, setting), 'exit') as [number];
    rmSync(`${directory.path}/started`);
    expect([code, scratch.count(1), directory.result()]).toEqual([75, 0, undefined]);
  });

  it('waits with the result until it can be written', async () => {
    const directory = prepare(1);
    symlinkSync('/dev/full', `${directory.path}/result`);
    const wrapper = spawnWrapper(directory, dispatch(1, scratch.counting(1, 'exit 5')).spec, setting);
    const ended = once(wrapper, 'exit');
    await until('the end of the job', () => scratch.count(1) === 1);
    expect(wrapper.exitCode).toBeNull();
    rmSync(`${directory.path}/result`);
    await ended;
    expect([directory.result()?.exitCode, scratch.count(1)]).toEqual([5, 1]);
  });
});

it('has nothing that connects it to whoever spawned it', async () => {
  const directory = prepare(1);
  const wrapper = spawnWrapper(directory, dispatch(1, 'exec sleep 60').spec, setting);
  await until('the job', () => directory.started());
  expect([0, 1, 2].map((fd) => readlinkSync(`/proc/${wrapper.pid}/fd/${fd}`))).toEqual(['/dev/null', '/dev/null', '/dev/null']);
});
