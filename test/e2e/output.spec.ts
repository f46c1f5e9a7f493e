import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, openSync, closeSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { Deployment } from '../support/deployment.js';
import { KIROKU } from '../support/kiroku-process.js';
import { waitFor } from '../support/wait-for.js';

const MIB = 1024 * 1024;

let here: Deployment;

beforeEach(async () => {
  here = await Deployment.create();
  await here.startServer();
  await here.startAgent();
});

afterEach(() => here.destroy());

interface Written {
  readonly code: number | null;
  readonly stderr: string;
}

/** `kiroku job output` with its stdout in a file, as bytes. */
function outputTo(file: string, args: readonly string[]): Promise<Written> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KIROKU_') && name !== 'NODE_OPTIONS'));
  const stdout = openSync(here.path(file), 'w');
  const child = spawn(KIROKU, ['job', 'output', ...args, '--url', here.url, '--data', here.data], { cwd: here.directory, env, stdio: ['ignore', stdout, 'pipe'] });
  closeSync(stdout);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => { stderr += chunk.toString(); });
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve({ code, stderr })));
}

async function start(command: string): Promise<string> {
  await here.api.define('O', `jobnet: O\njobs:\n  O1: { agent: local, command: ${JSON.stringify(command)} }\n`);
  return here.api.start('O');
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** The most memory that a process ever had resident, in bytes. */
function peakOf(pid: number): number {
  return Number(/^VmHWM:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

const linesIn = (file: string) => (existsSync(here.path(file)) ? readFileSync(here.path(file), 'latin1').split('\n').length - 1 : 0);

describe('the output of a job', () => {
  it('comes byte for byte, whatever the bytes are, on either stream', async () => {
    const runId = await start(`head -c 3000001 /dev/urandom | tee ${here.path('truth')}; head -c 70000 /dev/urandom | tee ${here.path('truth2')} >&2; exit 3`);
    await here.job(runId, 'O1', 'failed');
    expect(await outputTo('got', [runId, 'O1'])).toEqual({ code: 0, stderr: '' });
    expect(await outputTo('got2', [runId, 'O1', '--stream', 'stderr', '--follow'])).toEqual({ code: 0, stderr: '' });
    expect([await sha256(here.path('got')), await sha256(here.path('got2'))]).toEqual([await sha256(here.path('truth')), await sha256(here.path('truth2'))]);
    expect(statSync(here.path('got')).size).toBe(3_000_001);
  });

  it('is followed over a SIGKILL and a restart of the server, without a gap or a repeat', async () => {
    const wait = (file: string) => `while [ ! -e ${here.path(file)} ]; do sleep 0.01; done`;
    const line = `${wait('begin')}; i=0; while [ ! -e ${here.path('release')} ]; do i=$((i+1)); echo "line $i"; sleep 0.01; done; head -c 100000 /dev/urandom`;
    const runId = await start(`{ ${line}; } | tee ${here.path('truth')}`);
    const following = here.job(runId, 'O1', 'running').then(() => outputTo('got', [runId, 'O1', '--follow']));
    writeFileSync(here.path('begin'), '');
    await waitFor('it follows', () => linesIn('got') > 20);
    await here.killServer();
    const before = linesIn('truth');
    await waitFor('the job writes while the server is away', () => linesIn('truth') > before + 50);
    await here.startServer();
    await waitFor('what came meanwhile is there', () => linesIn('got') > before + 50);
    writeFileSync(here.path('release'), '');
    const { code, stderr } = await following;
    expect({ code, notes: stderr.trim().split('\n').length }).toEqual({ code: 0, notes: 2 });
    expect(stderr).toMatch(/kiroku: going on at byte [0-9]+\n$/);
    expect(await sha256(here.path('got'))).toBe(await sha256(here.path('truth')));
  });

  it('is, while the agent is dead, what came with the result, and is not said to be more', async () => {
    const runId = await start('seq 1 100000; seq 1 10 >&2');
    await here.job(runId, 'O1', 'succeeded');
    await here.killAgent();
    await waitFor('the agent is away', async () => (await here.api.agents()).some(({ state }) => state === 'away'));
    const { code, stderr } = await outputTo('got', [runId, 'O1']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^kiroku: incomplete: agent local is silent since \S+; these are the last 4.1 kB of 588.9 kB\n$/);
    const whole = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(readFileSync(here.path('got'), 'utf8')).toBe(whole.slice(-4096));
    // Short enough to have come whole with the result.
    expect(await outputTo('got2', [runId, 'O1', '--stream', 'stderr'])).toEqual({ code: 0, stderr: '' });
    expect(readFileSync(here.path('got2'), 'utf8')).toBe('1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n');
  });

  it('of a quarter of a GiB passes through server and agent without staying in their memory', async () => {
    const runId = await start(`head -c ${256 * MIB} /dev/zero`);
    await here.job(runId, 'O1', 'succeeded');
    const pids = [here.server?.pid ?? 0, here.agents.get('local')?.pid ?? 0];
    const before = pids.map(peakOf);
    expect(await outputTo('got', [runId, 'O1'])).toEqual({ code: 0, stderr: '' });
    expect(statSync(here.path('got')).size).toBe(256 * MIB);
    const grown = pids.map((pid, index) => peakOf(pid) - (before[index] ?? 0));
    expect(Math.max(...grown)).toBeLessThan(64 * MIB);
  });
});
