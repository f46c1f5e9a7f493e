import { existsSync } from 'node:fs';
import { Deployment } from '../support/deployment.js';
import { inventoryEvery } from '../support/injection.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait-for.js';

let here: Deployment;
let proxy: TcpProxy;

beforeEach(async () => {
  here = await Deployment.create();
  await here.startServer();
  proxy = await TcpProxy.to(here.port);
  await here.startAgent('local', { servers: [proxy.url], inject: [inventoryEvery(200)] });
}, 60_000);

afterEach(async () => {
  await proxy.close();
  await here.destroy();
}, 60_000);

const jobnet = (command: string) => `jobnet: A\njobs:\n  A1: { agent: local, command: ${JSON.stringify(command)} }\n`;
const lost = () => waitFor('a frame is lost', () => proxy.lost.down > 0);
const sessions = async () => (await here.api.events('?type=AgentConnected')).length;

describe('a frame that is lost on a connection that lives', () => {
  it('is handed over after all when it is a dispatch: the session is renewed once, and the job runs once', async () => {
    await here.api.define('A', jobnet(`echo A1 >> ${here.path('marks')}`));
    proxy.loseFrame('dispatch');
    const runId = await here.api.start('A');
    await lost();
    await here.status(runId, 'succeeded');
    expect(here.marks()).toEqual(['A1']);
    expect(await sessions()).toBe(2);
    expect(await here.api.events('?type=JobNotKnownToAgent,JobDispatched')).toHaveLength(1);
  }, 120_000);

  it('is handed over after all when it is a stop', async () => {
    const runId = await here.startUntilA1Runs(jobnet(`echo A1 >> ${here.path('marks')}; while [ ! -e ${here.path('release')} ]; do sleep 0.05; done`));
    proxy.loseFrame('stop');
    expect(await here.api.request('POST', `/api/v1/runs/${runId}/jobs/A1/stop`, { reason: 'enough' })).toMatchObject({ status: 200 });
    await lost();
    await here.job(runId, 'A1', 'stopped');
    expect(existsSync(here.path('release'))).toBe(false);
    expect(await sessions()).toBe(2);
  }, 120_000);
});
