import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { Api } from '../support/api.js';
import { Deployment } from '../support/deployment.js';
import { freePort } from '../support/free-port.js';
import { KirokuProcess } from '../support/kiroku-process.js';
import { waitFor } from '../support/wait-for.js';

let here: Deployment;
let port: number;
let standby: KirokuProcess | undefined;

beforeEach(async () => {
  here = await Deployment.create();
  port = await freePort();
  await here.startServer();
}, 60_000);

afterEach(async () => {
  await standby?.kill();
  standby = undefined;
  await here.destroy();
}, 60_000);

const url = () => `http://127.0.0.1:${port}`;
const said = () => (existsSync(here.path('standby.log')) ? readFileSync(here.path('standby.log'), 'utf8') : '');
const lines = () => said().split('\n').filter((line) => line !== '');
const isWaiting = () => waitFor('the standby says that it waits', () => said().includes('waiting to take over'));

function startStandby(): KirokuProcess {
  standby = KirokuProcess.start(['server', '--listen', `127.0.0.1:${port}`, '--data', here.data], { cwd: here.directory, log: here.path('standby.log') });
  return standby;
}

function isOpen(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** All that a touch would change. */
function traces(): unknown {
  return readdirSync(here.data).sort().map((name) => {
    const { ino, size, mtimeMs, ctimeMs, mode } = statSync(join(here.data, name));
    return { name, ino, size, mtimeMs, ctimeMs, mode };
  });
}

describe('a second server on the same log', () => {
  it('says that it waits, with its port closed, and touches nothing', async () => {
    // Alive and unable to touch anything itself; also no reason to take its place.
    here.server?.signal('SIGSTOP');
    const before = traces();
    const second = startStandby();
    await isWaiting();
    expect(await isOpen()).toBe(false);
    expect(second.printed()).toEqual([]);
    expect(lines()).toHaveLength(1);
    expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ msg: expect.stringContaining(join(here.data, 'log.db')) as string });
    expect(traces()).toEqual(before);
    here.server?.signal('SIGCONT');
    expect((await here.api.request('GET', '/healthz')).status).toBe(200);
  }, 60_000);

  it('takes over when the first is killed: the agent comes by itself, and a job that ran meanwhile ends with its real result', async () => {
    await here.startAgent('local', { servers: [here.url, url()] });
    const command = `echo ran >> ${here.path('marks')}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done; echo the real output; exit 3`;
    await here.api.define('A', `jobnet: A\njobs:\n  A1: { agent: local, successCodes: [3], command: ${JSON.stringify(command)} }\n  A2: { agent: local, after: A1, command: "echo ran >> ${here.path('marks')}" }\n`);
    const runId = await here.api.start('A');
    await here.job(runId, 'A1', 'running');
    const second = startStandby();
    await isWaiting();

    const killed = performance.now();
    await here.killServer();
    writeFileSync(here.path('release'), '');
    await waitFor('it listens', () => second.printed().length > 0);
    const listening = performance.now() - killed;
    expect(second.printed()).toEqual([`listening on ${url()}`]);
    await waitFor('the agent has come', () => here.agents.get('local')?.printed().includes(`connected to ${url()}`));
    const connected = performance.now() - killed;

    const api = new Api(url(), () => readFileSync(join(here.data, 'operator.token'), 'utf8').trim());
    const run = await waitFor('the run has ended', async () => {
      const view = await api.run(runId);
      return view.status === 'succeeded' && view;
    });
    process.stderr.write(`takeover: listening after ${Math.round(listening)} ms, the agent after ${Math.round(connected)} ms, the run after ${Math.round(performance.now() - killed)} ms\n`);
    expect(performance.now() - killed).toBeLessThan(20_000);
    expect(run.jobs).toMatchObject([{ jobId: 'A1', exitCode: 3, attempt: 1 }, { jobId: 'A2', exitCode: 0, attempt: 1 }]);
    expect(here.marks()).toEqual(['ran', 'ran']);
    expect(await api.get(`/api/v1/runs/${runId}/jobs/A1/output`)).toMatchObject({ tail: 'the real output\n' });
  }, 120_000);

  it('takes over from one that stops in order, too', async () => {
    const second = startStandby();
    await isWaiting();
    await here.server?.kill('SIGTERM');
    expect(here.server?.exitCode).toBe(0);
    await waitFor('it listens', () => second.printed().includes(`listening on ${url()}`));
  }, 60_000);

  it.each(['SIGINT', 'SIGTERM'] as const)('ends without an error on %s while it waits, and the first goes on', async (signal) => {
    const second = startStandby();
    await isWaiting();
    await second.kill(signal);
    const said = lines().slice(1).map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect({ code: second.exitCode, said }).toEqual({ code: 0, said: ['stopped while waiting'] });
    expect((await here.api.request('GET', '/api/v1/runs')).status).toBe(200);
  }, 60_000);
});
