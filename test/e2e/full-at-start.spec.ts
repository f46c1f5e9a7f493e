import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunView } from '#protocol/api';
import { shrinkLog } from '../support/age-log.js';
import { Deployment } from '../support/deployment.js';
import { runKiroku } from '../support/run-kiroku.js';
import { SmallDisk } from '../support/small-disk.js';
import { waitFor } from '../support/wait-for.js';

let here: Deployment;
let disk: SmallDisk;
const canMount = SmallDisk.canMount();
/** Where there is no way to have a full disk, the name of the only test says so. */
const onSmallDisk = (what: string, tests: () => void) => describe(what, canMount ? tests
  : () => void it('is not tried here: no tmpfs can be mounted, which takes root', () => expect(canMount).toBe(false)));

const jobnet = (name: string) => {
  const mark = (word: string) => `echo "${word} $KIROKU_EXECUTION_ID" >> ${here.path('marks')}`;
  const command = `${mark('begin')}; while [ ! -e ${here.path(`release-${name}`)} ]; do sleep 0.05; done; ${mark('end')}; exit 3`;
  return `jobnet: ${name}\njobs:\n  J1: { agent: local, successCodes: [3], command: ${JSON.stringify(command)} }\n`;
};
const marksOf = (runId: string) => here.marks().filter((line) => line.includes(` ${runId}~`)).map((line) => line.split(' ')[0]);
const starts = async () => (await here.api.events('?type=ServerStarted')).length;
const logOf = (who: string) => (existsSync(here.path(`${who}.log`)) ? readFileSync(here.path(`${who}.log`), 'utf8').trim().split('\n') : []);

beforeEach(async () => {
  here = await Deployment.create();
  disk = here.smallDisk(here.data, 24);
}, 60_000);

afterEach(() => here.destroy(), 60_000);

const unavailable = { status: 503, body: { code: 'store-unavailable', detail: expect.stringMatching(/^the event store is unavailable: .*nothing was changed, try again$/) as string } };

onSmallDisk('16: a server that is started while its disk is full', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)('after %s serves what is on record, refuses commands clearly, and heals by itself', async (signal) => {
    await here.startServer();
    here.smallDisk(here.agentData(), 24);
    await here.startAgent();
    for (const name of ['FIRST', 'SECOND']) await here.api.define(name, jobnet(name));
    const [first, second] = [await here.api.start('FIRST'), await here.api.start('SECOND')];
    for (const runId of [first, second]) await waitFor('its process has begun', () => marksOf(runId).length === 1);
    for (const runId of [first, second]) await here.job(runId, 'J1', 'running');
    await here.server?.kill(signal);
    shrinkLog(here);
    disk.fill();
    writeFileSync(here.path('release-FIRST'), '');
    await waitFor('the first has ended', () => marksOf(first).length === 2);
    const said = logOf('server').length;
    await here.startServer();
    const before = await starts();
    // Once more, as who does not know what is wrong would do it.
    await here.killServer();
    await here.startServer();

    for (const [method, path, body] of [
      ['POST', '/api/v1/jobnets/FIRST/runs', { reason: 'a test' }], ['PUT', '/api/v1/jobnets/THIRD', jobnet('THIRD')],
      ['POST', `/api/v1/runs/${second}/jobs/J1/skip`, { reason: 'a test' }], ['POST', '/api/v1/agents/local/drain', { reason: 'a test' }],
    ] as const) expect(await here.api.request(method, path, body)).toMatchObject(unavailable);
    for (const runId of [first, second]) expect((await here.api.run(runId)).jobs[0]).toMatchObject({ state: 'running' });
    expect((await here.api.running()).map(({ runId }) => runId).sort()).toEqual([first, second].sort());
    expect(await here.api.agents()).toMatchObject([{ name: 'local' }]);
    expect(await starts()).toBe(before);
    expect(logOf('server').slice(said).filter((line) => line.includes('the log cannot be written'))).toHaveLength(2);
    expect(here.server?.isAlive).toBe(true);

    disk.free();
    await here.status(first, 'succeeded');
    writeFileSync(here.path('release-SECOND'), '');
    await here.status(second, 'succeeded');
    for (const runId of [first, second]) expect(marksOf(runId)).toEqual(['begin', 'end']);
    expect((await here.api.all<RunView>('/api/v1/runs')).map(({ runId }) => runId).sort()).toEqual([first, second].sort());
    expect(await starts()).toBe(before + 1);
    expect(logOf('server').filter((line) => line.includes('the log can be written again'))).toHaveLength(1);
    const order = (await here.api.events('?type=ServerStarted,AgentConnected')).map(({ type }) => type);
    expect(order.slice(-2)).toEqual(['ServerStarted', 'AgentConnected']);
  }, 120_000);

  it('and stopped before there is room ends in order, and the next start is like any other', async () => {
    await here.startServer();
    await here.killServer();
    disk.fill();
    await here.startServer();
    await here.server?.kill('SIGTERM');
    expect(here.server?.exitCode).toBe(0);
    disk.free();
    await here.startServer();
    await here.api.define('FIRST', jobnet('FIRST'));
    expect((await here.api.events('?type=ServerStarted,ServerStopped')).map(({ type }) => type)).toEqual(['ServerStarted', 'ServerStarted']);
  }, 120_000);

  it('and has no log yet ends with one line and 1, and leaves nothing that would keep a later start from beginning', async () => {
    disk.fill();
    const { code, stdout, stderr } = await runKiroku(['server', '--listen', `127.0.0.1:${here.port}`, '--data', here.data], { cwd: here.directory });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^kiroku: .*(disk is full|no space left)/)]);
    expect(stderr).toContain(join(here.data, 'log.db'));
    disk.free();
    await here.startServer();
    await here.api.define('FIRST', jobnet('FIRST'));
  }, 120_000);
});

onSmallDisk('16: an agent that is started while its disk is full', () => {
  beforeEach(async () => {
    await here.startServer();
    disk = here.smallDisk(here.agentData(), 24);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('after %s delivers what it holds, and begins nothing until there is room', async (signal) => {
    await here.startAgent();
    for (const name of ['FIRST', 'SECOND']) await here.api.define(name, jobnet(name));
    const first = await here.api.start('FIRST');
    await here.job(first, 'J1', 'running');
    await here.killServer();
    writeFileSync(here.path('release-FIRST'), '');
    await waitFor('it has ended', () => marksOf(first).length === 2);
    await here.agents.get('local')?.kill(signal);
    disk.fill();
    await here.startServer();
    await here.startAgent();
    await here.status(first, 'succeeded');
    const second = await here.api.start('SECOND');
    expect((await here.job(second, 'J1', 'held')).waitsFor).toEqual([expect.stringMatching(/^an operator: agent local declined J1: .*is the disk full\?/)]);
    expect([marksOf(first), marksOf(second)]).toEqual([['begin', 'end'], []]);

    disk.free();
    await here.api.request('POST', `/api/v1/runs/${second}/jobs/J1/release`, { reason: 'there is room again' });
    writeFileSync(here.path('release-SECOND'), '');
    await here.status(second, 'succeeded');
    for (const runId of [first, second]) expect(marksOf(runId)).toEqual(['begin', 'end']);
  }, 120_000);

  it('and has no journal yet ends with one line and 1, and leaves nothing that would keep a later start from beginning', async () => {
    disk.fill();
    const args = ['agent', 'start', '--name', 'local', '--server', here.url, '--data', here.agentData(), '--token', readFileSync(join(here.data, 'agent.token'), 'utf8').trim()];
    const { code, stdout, stderr } = await runKiroku(args, { cwd: here.directory });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^kiroku: .*no space left/)]);
    expect(stderr).toContain(here.agentData());
    disk.free();
    await here.startAgent();
  }, 120_000);
});
