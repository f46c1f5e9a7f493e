import { waitFor } from '../../../../test/support/wait-for.js';
import { OutputReader } from '../../test-support/output-reader.js';
import { accepted, ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { ServerPair } from '../../test-support/server-pair.js';
import { closeServers, type ServerUnderTest, SINGLE } from '../../test-support/server-under-test.js';
import { ServerPresence } from '../servers/server-presence.js';

const BYTES = Buffer.from([0, 255, 10, 13]);

let one: ServerUnderTest;
let two: ServerUnderTest;
let agent: ScriptedAgent;
let path: string;

/** A job runs on an agent that is connected with the first server; the second one is asked. */
beforeEach(async () => {
  ({ one, two } = await ServerPair.start());
  one.get(ServerPresence).url = await one.listen();
  await one.define(SINGLE);
  agent = await ScriptedAgent.connected(one);
  const runId = await one.startRun('S');
  const { spec } = await agent.dispatchOf('S1');
  await agent.report(accepted(spec), started(spec));
  path = `/api/v1/runs/${runId}/jobs/S1/output`;
  await waitFor('the second one has heard of the first', async () => (await two.read<{ items: { url?: string }[] }>('/api/v1/servers')).items.some(({ url }) => url !== undefined));
});

afterEach(async () => {
  agent.hangUp();
  await closeServers();
});

describe('the output of a job on an agent that is connected with another server', () => {
  it('is asked for there, and comes back byte for byte, with what is said of it', async () => {
    const asked = OutputReader.begin(two, path);
    const bringing = await agent.bring((await agent.outputWish()).requestId, { 'x-kiroku-state': 'running', 'x-kiroku-length': '4' });
    bringing.upload.end(BYTES);
    const reader = await asked;
    expect([reader.status, reader.header('x-kiroku-complete'), reader.header('x-kiroku-state')]).toEqual([200, 'false', 'running']);
    expect(await reader.rest()).toEqual(BYTES);
    expect(await bringing.status).toBe(200);
  });

  it('is what came with the result, or the reason, when that server is gone', async () => {
    one.get(ServerPresence).url = 'http://127.0.0.1:1';
    await waitFor('that is heard', async () => (await two.read<{ items: { url?: string }[] }>('/api/v1/servers')).items.some(({ url }) => url === 'http://127.0.0.1:1'));
    expect(await two.request('GET', path, { headers: { accept: 'application/octet-stream' } })).toMatchObject({ status: 503, body: { code: 'agent-away' } });
  });
});
