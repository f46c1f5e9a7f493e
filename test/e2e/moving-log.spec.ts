import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { RecordedEvent } from '#event-store/event-store.port';
import { openStore } from '#event-store/open-store';
import { PostgresServer } from '#event-store/testing/postgres-server';
import { KurrentDbStandIn } from '../../libs/event-store/test-support/kurrentdb-stand-in.js';
import { Deployment } from '../support/deployment.js';
import { KirokuProcess } from '../support/kiroku-process.js';
import { runKiroku } from '../support/run-kiroku.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait-for.js';

const standIn = new KurrentDbStandIn();
let database: PostgresServer;
let here: Deployment;

beforeAll(async () => {
  database = await PostgresServer.start();
  await standIn.start();
}, 60_000);
afterAll(async () => {
  standIn.kill();
  await database.remove();
}, 60_000);

beforeEach(async () => {
  here = await Deployment.create();
  await here.startServer();
  await here.startAgent();
}, 60_000);
afterEach(() => here.destroy(), 60_000);

/** A1 runs until the test lets it go; both jobs leave a mark each time they are executed. */
function jobnet(): string {
  const mark = (word: string) => `echo "${word} $KIROKU_EXECUTION_ID" >> ${here.path('marks')}`;
  const a1 = `${mark('begin')}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done; ${mark('end')}; exit 3`;
  return ['jobnet: A', 'jobs:', `  A1: { agent: local, successCodes: [3], command: ${JSON.stringify(a1)} }`, `  A2: { agent: local, after: A1, command: ${JSON.stringify(mark('begin'))} }`].join('\n');
}

const letA1End = () => writeFileSync(here.path('release'), '');
const inFile = () => `sqlite:${here.data}/log.db`;
const stop = () => here.server!.kill('SIGTERM');

async function say(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runKiroku([...args, '--url', here.url, '--data', here.data], { cwd: here.directory });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

const copy = (from: string, to: string, ...more: string[]) => runKiroku(['log', 'copy', '--from', from, '--to', to, ...more], { cwd: here.directory });

/** The server is started again, on another log. */
async function startOn(store: string): Promise<void> {
  writeFileSync(here.path('kiroku.yaml'), `store: ${store}\n`, { mode: 0o600 });
  await here.startServer();
}

async function expectEachOnce(runId: string): Promise<void> {
  const { jobs } = await here.status(runId, 'succeeded');
  expect(jobs.map(({ jobId, state, attempt, exitCode }) => ({ jobId, state, attempt, exitCode }))).toEqual([
    { jobId: 'A1', state: 'succeeded', attempt: 1, exitCode: 3 }, { jobId: 'A2', state: 'succeeded', attempt: 1, exitCode: 0 },
  ]);
  expect(here.marks().map((line) => line.replace(/~\d+(~\d+)?$/, ''))).toEqual([`begin ${runId}~A1`, `end ${runId}~A1`, `begin ${runId}~A2`]);
  const types = (await here.api.events(`?stream=run-${runId}`)).map(({ type, data }) => `${type} ${(data as { jobId?: string }).jobId ?? ''}`.trim());
  expect(types.filter((type) => /Dispatched|Finished/.test(type))).toEqual(['JobDispatched A1', 'JobFinished A1', 'JobDispatched A2', 'JobFinished A2', 'RunFinished']);
}

/** So many definitions more: a log that does not fit into one transaction. */
async function enlarge(definitions: number): Promise<void> {
  const store = await openStore(inFile());
  let defined: RecordedEvent | undefined;
  for await (const event of store.read('jobnet-A')) defined ??= event;
  const { type, schemaVersion, metadata, data } = defined!;
  await Promise.all(Array.from({ length: definitions }, (_, index) => {
    const other = JSON.parse(JSON.stringify(data).replaceAll('"jobnet":"A"', `"jobnet":"N${index}"`)) as unknown;
    return store.append(`jobnet-N${index}`, 'none', [{ id: randomUUID(), type, schemaVersion, metadata, data: other }]);
  }));
  await store.close();
}

describe('a log that is moved while a job runs', () => {
  it('to PostgreSQL, by a copy that is killed half-way and given again, has lost and doubled nothing, and the agent goes on with it', async () => {
    const runId = await here.startUntilA1Runs(jobnet());
    await stop();
    await enlarge(1_500);
    const target = database.freshUrl();
    const proxy = await TcpProxy.to(database.port);
    const between = target.replace(`:${database.port}/`, `:${new URL(proxy.url).port}/`);
    proxy.loseAfter('up', 500_000);
    const reached = proxy.reached('up', 500_000);
    const killed = KirokuProcess.start(['log', 'copy', '--from', inFile(), '--to', between], { cwd: here.directory, log: here.path('copy.log') });
    await reached;
    await killed.kill();
    proxy.cut();

    const again = await copy(inFile(), between, '--json');
    expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: expect.stringContaining('comparing what is there already') as string });
    const result = JSON.parse(again.stdout) as { found: number; copied: number; events: number; positionsKept: boolean };
    expect(result).toMatchObject({ positionsKept: true, events: result.found + result.copied });
    expect([result.found > 0, result.copied > 0]).toEqual([true, true]);
    expect(again.stdout + again.stderr + readFileSync(here.path('copy.log'), 'utf8')).not.toContain('never-shown');
    await proxy.close();

    letA1End();
    await startOn(target);
    await expectEachOnce(runId);
    expect(await say('log', 'show')).toContain('never restored');
  }, 240_000);

  it('to KurrentDB stands at other positions: the agent gets no work until that is said, and then goes on', async () => {
    // What has ended is confirmed to the agent by a position.
    await here.api.define('S', 'jobnet: S\njobs:\n  S1: { agent: local, command: "true" }\n');
    await here.status(await here.api.start('S'), 'succeeded');
    const runId = await here.startUntilA1Runs(jobnet());
    await stop();
    const target = `${standIn.url}&log=moved`;
    const { code, stdout } = await copy(inFile(), target);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('kiroku log restored --reason') as string });
    await startOn(target);
    await waitFor('the agent is known to know more', async () => (await say('log', 'show')).includes('agent local was told of position'));
    letA1End();
    await say('log', 'restored', '--reason', 'the log was moved');
    await here.agentIs('connected');
    await here.job(runId, 'A1', 'succeeded');
    await here.status(runId, 'held');
    await say('run', 'release', runId, '--reason', 'looked at');
    await expectEachOnce(runId);
  }, 240_000);

  it('and back is the log that it was', async () => {
    await here.api.define('A', jobnet());
    await stop();
    const [away, back] = [`${standIn.url}&log=away`, `sqlite:${here.path('back.db')}`];
    const first = JSON.parse((await copy(inFile(), away, '--json')).stdout) as { sha256: string };
    expect(JSON.parse((await copy(away, back, '--json')).stdout)).toMatchObject({ sha256: first.sha256 });
    await startOn(back);
    await here.agentIs('connected');
    const runId = await here.api.start('A');
    letA1End();
    await expectEachOnce(runId);
  }, 240_000);
});

describe('a log that a server uses', () => {
  it('is not copied: a file is locked, and in a database the server is on record', async () => {
    const there = database.freshUrl();
    expect(await copy(inFile(), there)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('the source cannot be had now, is a server using it? (another process has') as string });
    await here.killServer();
    expect((await copy(inFile(), there)).code).toBe(0);
    await startOn(there);
    const elsewhere = `sqlite:${here.path('elsewhere.db')}`;
    const refusal = { code: 1, stdout: '', stderr: expect.stringMatching(/on record as started and not as stopped (is|are) .*--source-stopped/s) as string };
    expect(await copy(there, elsewhere)).toMatchObject(refusal);
    await here.killServer();
    expect(await copy(there, elsewhere)).toMatchObject(refusal);
    expect((await copy(there, elsewhere, '--source-stopped')).code).toBe(0);
  }, 240_000);
});
