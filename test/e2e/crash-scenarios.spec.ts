import { writeFileSync } from 'node:fs';
import { Deployment } from '../support/deployment.js';
import { ageLog } from '../support/age-log.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait-for.js';

/** A1 runs until the test lets it go, then writes `megabytes` of output; both jobs leave a mark each time they are executed. */
function jobnet(here: Deployment, { agentOfA2 = 'local', megabytes = 0 } = {}): string {
  const mark = (word: string) => `echo "${word} $KIROKU_EXECUTION_ID" >> ${here.path('marks')}`;
  const output = megabytes === 0 ? 'echo the real output' : `head -c ${megabytes * 1_000_000} /dev/zero | tr '\\0' x`;
  const a1 = `${mark('begin')}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done; ${output}; ${mark('end')}; exit 3`;
  return [
    'jobnet: A',
    'jobs:',
    `  A1: { agent: local, successCodes: [3], command: ${JSON.stringify(a1)} }`,
    `  A2: { agent: ${agentOfA2}, after: A1, command: ${JSON.stringify(mark('begin'))} }`,
  ].join('\n');
}

async function letA1End(here: Deployment): Promise<void> {
  writeFileSync(here.path('release'), '');
  await waitFor('A1 has ended', () => here.marks().some((line) => line.startsWith('end ')));
}

const exactlyOnce = (runId: string) => [`begin ${runId}~A1~1`, `end ${runId}~A1~1`, `begin ${runId}~A2~1`];

async function expectUndisturbedEnd(here: Deployment, runId: string): Promise<void> {
  const run = await here.status(runId, 'succeeded');
  expect(run.jobs.map(({ jobId, state, attempt, exitCode }) => ({ jobId, state, attempt, exitCode }))).toEqual([
    { jobId: 'A1', state: 'succeeded', attempt: 1, exitCode: 3 },
    { jobId: 'A2', state: 'succeeded', attempt: 1, exitCode: 0 },
  ]);
  expect(here.marks()).toEqual(exactlyOnce(runId));
  const types = (await here.api.events(`?stream=run-${runId}`)).map(({ type, data }) => `${type} ${(data as { jobId?: string }).jobId ?? ''}`.trim());
  expect(types.filter((type) => /Dispatched|Finished/.test(type))).toEqual(['JobDispatched A1', 'JobFinished A1', 'JobDispatched A2', 'JobFinished A2', 'RunFinished']);
}

describe('the acceptance scenarios that kill', () => {
  let here: Deployment;

  beforeEach(async () => {
    here = await Deployment.create();
    await here.startServer();
    await here.startAgent();
  }, 60_000);

  afterEach(() => here.destroy(), 60_000);

  it('1: a result that comes while the server is dead arrives after its restart, and A2 runs, each once', async () => {
    const runId = await here.startUntilA1Runs(jobnet(here));
    await here.killServer();
    await letA1End(here);
    await here.startServer();
    await expectUndisturbedEnd(here, runId);
    const output = await here.api.get<{ tail: string; complete: boolean }>(`/api/v1/runs/${runId}/jobs/A1/output`);
    expect(output).toMatchObject({ tail: 'the real output\n', complete: true });
  }, 120_000);

  it('1, three days later: age changes nothing', async () => {
    const runId = await here.startUntilA1Runs(jobnet(here));
    await here.killServer();
    await here.killAgent();
    await letA1End(here);
    ageLog(here, 3 * 24 * 3600);
    await here.startServer();
    const [row] = await here.api.running();
    expect(row).toMatchObject({ jobId: 'A1', state: 'running', evidence: { kind: 'silent' } });
    expect(Date.now() - Date.parse(row?.evidence.lastHeardAt ?? '')).toBeGreaterThan(2.9 * 24 * 3600 * 1000);
    await here.startAgent();
    await expectUndisturbedEnd(here, runId);
  }, 120_000);

  it('2: the agent is killed with its process group while A1 runs and once more after it ended; 10 MB arrive', async () => {
    const runId = await here.startUntilA1Runs(jobnet(here, { megabytes: 10 }));
    await here.killServer();
    await here.killAgent();
    await here.startAgent('local', { connected: false });
    await letA1End(here);
    await here.killAgent();
    await here.startServer();
    expect((await here.job(runId, 'A1', 'running')).evidence.kind).toBe('silent');
    await here.startAgent();
    await expectUndisturbedEnd(here, runId);
    const output = await here.api.get<{ bytes: number; tail: string; complete: boolean }>(`/api/v1/runs/${runId}/jobs/A1/output`);
    expect(output).toMatchObject({ bytes: 10_000_000, complete: false, tail: 'x'.repeat(4096) });
  }, 120_000);

  it('6: a dispatch that was decided and never sent goes out after the restart, once', async () => {
    const proxy = await TcpProxy.to(here.port);
    await here.killAgent();
    await here.startAgent('local', { servers: [proxy.url] });
    proxy.holdAnswers();
    await here.api.define('A', jobnet(here));
    const runId = await here.api.start('A');
    await here.job(runId, 'A1', 'dispatched');
    await here.killServer();
    proxy.cut();
    expect(here.marks()).toEqual([]);
    await here.startServer();
    await waitFor('A1 has begun', () => here.marks().length === 1);
    await letA1End(here);
    await expectUndisturbedEnd(here, runId);
    await proxy.close();
  }, 120_000);

  it('11: A1 is skipped while it runs and its agent is away; A2 goes on, and the late result changes nothing', async () => {
    await here.startAgent('other');
    const runId = await here.startUntilA1Runs(jobnet(here, { agentOfA2: 'other' }));
    await here.loseAgent();
    const skipped = await here.api.request('POST', `/api/v1/runs/${runId}/jobs/A1/skip`, { reason: 'checked by hand', ticket: 'OPS-7' });
    expect(skipped.status).toBe(200);
    const run = await here.status(runId, 'succeeded');
    expect(run.jobs.map(({ state }) => state)).toEqual(['skipped', 'succeeded']);
    expect(await here.api.running()).toMatchObject([{ jobId: 'A1', jobState: 'skipped', state: 'running', evidence: { kind: 'silent' } }]);
    await letA1End(here);
    await here.startAgent();
    const late = await waitFor('the late result is on record', async () => (await here.api.events(`?stream=run-${runId}&type=LateResultRecorded`)).at(0));
    expect(late.data).toMatchObject({ jobId: 'A1', exitCode: 3, outcome: 'succeeded' });
    expect((await here.api.run(runId)).jobs[0]).toMatchObject({ state: 'skipped', executions: [{ late: true, state: 'succeeded', exitCode: 3 }] });
    expect(await here.api.running()).toEqual([]);
    const [skip] = await here.api.events('?type=JobSkipped');
    expect(skip).toMatchObject({ actor: { kind: 'operator', id: 'admin' }, reason: 'checked by hand', ticket: 'OPS-7' });
  }, 120_000);
});
