import { waitFor } from '../../../../test/support/wait-for.js';
import type { List, RunningView, RunView } from '#protocol/api';
import { dispatched, impossible, runStarted } from '../../test-support/run-log.js';
import { finished, ScriptedAgent } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';

let server: ServerUnderTest;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
});

afterEach(closeServers);

async function closed(runId: string): Promise<RunView> {
  return waitFor('the run is shown as corrupt', async () => {
    const view: RunView = await server.run(runId).catch(() => ({}) as RunView);
    return view.corrupt === undefined ? undefined : view;
  }, 5_000);
}

describe('a run whose history cannot be', () => {
  it('is shown, with the revision that cannot be, and as it was before', async () => {
    await server.store.append('run-X', 'none', [runStarted('X'), impossible('X')]);
    const view = await closed('X');
    expect(view.corrupt).toMatch(/^revision 1: /);
    expect(view.jobs.map(({ state }) => state)).toEqual(['ready', 'waiting']);
  });

  it('is closed to commands', async () => {
    await server.store.append('run-X', 'none', [runStarted('X'), impossible('X')]);
    await closed('X');
    const { status, body } = await server.request('POST', '/api/v1/runs/X/jobs/A1/skip', { body: { reason: 'r' } });
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'history-corrupt' });
  });

  it('keeps no other run waiting behind it', async () => {
    await server.store.append('run-X', 'none', [runStarted('X'), impossible('X')]);
    await closed('X');
    const runId = await server.startRun();
    const agent = await ScriptedAgent.connected(server, { slots: 1 });
    await agent.execute('A1', 0, runId);
    await agent.execute('A2', 0, runId);
    expect((await server.run(runId)).status).toBe('succeeded');
  });

  it('keeps no agent from connecting, and what it had out is not offered again', async () => {
    await server.store.append('run-X', 'none', [runStarted('X'), dispatched('X', 'A1'), impossible('X')]);
    await closed('X');
    const agent = new ScriptedAgent(server);
    agent.servedUpTo = String((await server.store.events('run-X'))[1]?.position);
    await agent.connect();
    const runId = await server.startRun();
    await agent.execute('A1', 0, runId);
    expect(agent.dispatches().map(({ spec }) => spec.runId)).not.toContain('X');
    const { items } = await server.read<List<RunningView>>('/api/v1/running');
    expect(items.map(({ executionId }) => executionId)).toContain('X~A1~1');
  });

  it('takes no report, but loses none: it is kept on the agent\'s stream and acknowledged', async () => {
    await server.store.append('run-X', 'none', [runStarted('X'), dispatched('X', 'A1'), impossible('X')]);
    await closed('X');
    const agent = await ScriptedAgent.connected(server);
    const { acknowledged } = await agent.report(finished({ runId: 'X', jobId: 'A1', executionId: 'X~A1~1' }));
    expect(acknowledged).toHaveLength(1);
    expect(await server.store.typesOn('agent-local')).toContain('ReportUnmatched');
  });
});
