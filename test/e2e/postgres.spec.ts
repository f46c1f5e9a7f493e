import { readFileSync, writeFileSync } from 'node:fs';
import { PostgresServer } from '#event-store/testing/postgres-server';
import { Deployment } from '../support/deployment.js';
import { waitFor } from '../support/wait-for.js';

let database: PostgresServer;
let here: Deployment;

beforeAll(async () => {
  database = await PostgresServer.start();
}, 60_000);
afterAll(() => database.remove(), 60_000);

beforeEach(async () => {
  here = await Deployment.create();
  // Where the server is started, so it need not be told on a command line that everybody on the host can read.
  writeFileSync(here.path('kiroku.yaml'), `store: ${database.freshUrl()}\n`, { mode: 0o600 });
  await here.startServer();
  await here.startAgent();
}, 60_000);
afterEach(() => here.destroy(), 60_000);

/** A1 runs until the test lets it go; both jobs leave a mark each time they are executed. */
function jobnet(): string {
  const mark = (word: string) => `echo "${word} $KIROKU_EXECUTION_ID" >> ${here.path('marks')}`;
  const a1 = `${mark('begin')}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done; echo the real output; ${mark('end')}; exit 3`;
  return ['jobnet: A', 'jobs:', `  A1: { agent: local, successCodes: [3], command: ${JSON.stringify(a1)} }`, `  A2: { agent: local, after: A1, command: ${JSON.stringify(mark('begin'))} }`].join('\n');
}

async function letA1End(): Promise<void> {
  writeFileSync(here.path('release'), '');
  await waitFor('A1 has ended', () => here.marks().some((line) => line.startsWith('end ')));
}

async function expectUndisturbedEnd(runId: string): Promise<void> {
  const run = await here.status(runId, 'succeeded');
  expect(run.jobs.map(({ jobId, state, attempt, exitCode }) => ({ jobId, state, attempt, exitCode }))).toEqual([
    { jobId: 'A1', state: 'succeeded', attempt: 1, exitCode: 3 },
    { jobId: 'A2', state: 'succeeded', attempt: 1, exitCode: 0 },
  ]);
  expect(here.marks()).toEqual([`begin ${runId}~A1~1`, `end ${runId}~A1~1`, `begin ${runId}~A2~1`]);
  const types = (await here.api.events(`?stream=run-${runId}`)).map(({ type, data }) => `${type} ${(data as { jobId?: string }).jobId ?? ''}`.trim());
  expect(types.filter((type) => /Dispatched|Finished/.test(type))).toEqual(['JobDispatched A1', 'JobFinished A1', 'JobDispatched A2', 'JobFinished A2', 'RunFinished']);
}

describe('with its log in PostgreSQL', () => {
  it('1: a server killed while A1 runs finds the result after its restart, and A2 runs, each exactly once', async () => {
    const runId = await here.startUntilA1Runs(jobnet());
    await here.killServer();
    await letA1End();
    await here.startServer();
    await expectUndisturbedEnd(runId);
  }, 90_000);

  it('1: a database killed together with its server keeps all that was answered', async () => {
    const runId = await here.startUntilA1Runs(jobnet());
    const before = await here.api.events();
    await Promise.all([database.kill(), here.killServer()]);
    await letA1End();
    const started = here.startServer();
    await waitFor('the server says that it waits', () => here.saidBy('server').includes('the log cannot be had yet; waiting'));
    await database.restart();
    await started;
    expect((await here.api.events()).slice(0, before.length)).toEqual(before);
    await expectUndisturbedEnd(runId);
  }, 90_000);

  it('16: commands say that it is away and change nothing, reads go on, agents keep their results, and all of it heals by itself', async () => {
    const runId = await here.startUntilA1Runs(jobnet());
    await database.kill();
    await letA1End();
    const unavailable = { status: 503, body: { status: 503, code: 'store-unavailable' } };
    for (const [method, path, body] of [
      ['POST', '/api/v1/jobnets/A/runs', { reason: 'a test' }], ['PUT', '/api/v1/jobnets/B', 'jobnet: B\njobs:\n  J1: { agent: local, command: "true" }\n'],
      ['POST', `/api/v1/runs/${runId}/jobs/A1/skip`, { reason: 'a test' }], ['POST', '/api/v1/agents/local/drain', { reason: 'a test' }],
    ] as const) expect(await here.api.request(method, path, body)).toMatchObject(unavailable);
    expect((await here.api.run(runId)).jobs[0]).toMatchObject({ state: 'running' });
    expect((await here.api.running()).map((job) => job.jobId)).toEqual(['A1']);
    expect(await here.api.agents()).toMatchObject([{ name: 'local' }]);
    await here.killAgent();
    await here.startAgent('local', { connected: false });

    await database.restart();
    await expectUndisturbedEnd(runId);
    expect(await here.api.request('GET', '/api/v1/jobnets/B')).toMatchObject({ status: 404 });
    expect(await here.api.running()).toEqual([]);
    expect(here.server?.isAlive).toBe(true);
  }, 120_000);

  it('its password is in no line of a log', async () => {
    await database.kill();
    expect(await here.api.request('PUT', '/api/v1/jobnets/A', jobnet())).toMatchObject({ status: 503 });
    await database.restart();
    await waitFor('the log takes writes again', async () => (await here.api.request('PUT', '/api/v1/jobnets/A', jobnet())).status !== 503);
    expect(readFileSync(here.path('kiroku.yaml'), 'utf8')).toContain('never-shown');
    expect(here.saidBy('server')).toContain('127.0.0.1');
    expect(here.saidBy('server') + here.saidBy('local') + here.server!.printed().join()).not.toContain('never-shown');
  }, 90_000);
});
