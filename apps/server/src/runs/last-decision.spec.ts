import { runView } from '#protocol/api';
import { tokenFor } from '../../test-support/operator-tokens.js';
import { finished, ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';

let server: ServerUnderTest;
let agent: ScriptedAgent;
let runId: string;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  agent = await ScriptedAgent.connected(server);
  runId = await server.startRun();
});

afterEach(closeServers);

const decisions = async () => runView.parse(await server.run(runId)).jobs.map(({ lastDecision }) => lastDecision);

describe('a job of a run', () => {
  it('shows who decided about it last, when and why, also after a restart', async () => {
    const { spec } = await agent.dispatchOf('A1');
    await agent.report(started(spec), finished(spec, 1));
    expect(await decisions()).toEqual([undefined, undefined]);
    const body = { outcome: 'succeeded', reason: 'seen on the host', ticket: 'OPS-7' };
    expect((await server.request('POST', `/api/v1/runs/${runId}/jobs/A1/settle`, { body, token: await tokenFor(server, 'hanako', { role: 'operator' }) })).status).toBe(200);
    const [settled] = await server.events('&type=JobOutcomeSettled');
    const shown = [{ decision: 'settle', at: settled?.at, actor: settled?.actor, reason: 'seen on the host', ticket: 'OPS-7' }, undefined];
    expect(settled?.actor).toMatchObject({ kind: 'operator', id: 'hanako' });
    expect(await decisions()).toEqual(shown);
    server = await server.restart();
    expect(await decisions()).toEqual(shown);
  });
});
