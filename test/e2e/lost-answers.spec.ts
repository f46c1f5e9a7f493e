import { writeFileSync } from 'node:fs';
import type { JobView } from '#protocol/api';
import { Deployment } from '../support/deployment.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait-for.js';

/** Both jobs leave a mark each time they are executed; A1 runs until the test lets it go. */
function jobnet(here: Deployment): string {
  const mark = `echo $KIROKU_EXECUTION_ID >> ${here.path('marks')}`;
  const a1 = `${mark}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done; exit 3`;
  return `jobnet: A\njobs:\n  A1: { agent: local, successCodes: [3], command: ${JSON.stringify(a1)} }\n  A2: { agent: local, after: A1, command: ${JSON.stringify(mark)} }\n`;
}

describe('an answer that gets lost on the way', () => {
  let here: Deployment;
  let proxy: TcpProxy;

  beforeEach(async () => {
    here = await Deployment.create();
    await here.startServer();
    proxy = await TcpProxy.to(here.port);
    await here.startAgent('local', { servers: [proxy.url] });
    await here.api.define('A', jobnet(here));
  }, 60_000);

  afterEach(async () => {
    await here.destroy();
    await proxy.close();
  }, 60_000);

  async function expectOnce(runId: string): Promise<JobView[]> {
    const run = await here.status(runId, 'succeeded');
    expect(here.marks()).toEqual([`${runId}~A1~1`, `${runId}~A2~1`]);
    const decided = (await here.api.events(`?stream=run-${runId}&type=JobDispatched,JobFinished,RunFinished`)).map(({ type }) => type);
    expect(decided).toEqual(['JobDispatched', 'JobFinished', 'JobDispatched', 'JobFinished', 'RunFinished']);
    return run.jobs;
  }

  it('4: the acknowledgement of a result, after the server stored it: one result event, one flow', async () => {
    const runId = await here.api.start('A');
    await here.job(runId, 'A1', 'running');
    proxy.holdAnswers();
    writeFileSync(here.path('release'), '');
    await here.job(runId, 'A1', 'succeeded');
    expect((await here.api.run(runId)).jobs[1]).toMatchObject({ state: 'dispatched' });
    proxy.cut();
    expect((await expectOnce(runId))[0]).toMatchObject({ exitCode: 3 });
  }, 120_000);

  it('5: the acknowledgement of a dispatch: exactly one execution, with its real result', async () => {
    proxy.holdRequests();
    const runId = await here.api.start('A');
    await waitFor('A1 has begun', () => here.marks().length === 1);
    expect((await here.api.run(runId)).jobs[0]).toMatchObject({ state: 'dispatched' });
    writeFileSync(here.path('release'), '');
    proxy.cut();
    expect((await expectOnce(runId))[0]).toMatchObject({ exitCode: 3 });
  }, 120_000);
});
