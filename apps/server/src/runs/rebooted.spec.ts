import type { Report } from '#protocol/agent-link';
import { waitFor } from '../../../../test/support/wait-for.js';
import { finished, ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';

const REASON = 'the host was rebooted before its end was known (boot boot-1, now boot-2)';
const jobnet = (name: string, onLost = '') => `jobnet: ${name}\njobs:\n  J1: { command: x, agent: local${onLost} }\n  J2: { command: x, agent: local, after: J1 }\n`;

let server: ServerUnderTest;
let agent: ScriptedAgent;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  for (const text of [jobnet('Ask'), jobnet('Fail', ', onLost: fail'), jobnet('Rerun', ', onLost: rerun')]) await server.define(text);
  agent = await ScriptedAgent.connected(server);
});

afterEach(closeServers);

/** The host goes down while J1 runs and the server is down; both are back, and the agent says what it found. */
async function rebooted(name: string): Promise<{ runId: string; executionId: string }> {
  const runId = await server.startRun(name);
  const { spec } = await agent.dispatchOf('J1', runId);
  await agent.report(started(spec));
  server = await server.restart();
  agent.server = server;
  await agent.connect({ bootId: 'boot-2' });
  const { executionId, jobId } = spec;
  const lost: Report = { runId, jobId, executionId, sequence: 3, state: 'lost', reason: REASON };
  await agent.report(lost);
  return { runId, executionId };
}

const jobs = async (runId: string) => (await server.run(runId)).jobs;

describe('a job whose host was rebooted', () => {
  it('3: is lost with the reason, stays open, and an operator settles it', async () => {
    const { runId, executionId } = await rebooted('Ask');
    expect(await server.run(runId)).toMatchObject({ status: 'failing', jobs: [
      { state: 'lost', evidence: { kind: 'none' }, waitsFor: ["an operator's decision"], executions: [{ executionId, state: 'lost', reason: REASON }] },
      { state: 'waiting' },
    ] });
    expect((await server.request('POST', `/api/v1/runs/${runId}/jobs/J1/settle`, { body: { outcome: 'succeeded', reason: 'the file is there' } })).status).toBe(200);
    await agent.execute('J2', 0, runId);
    expect(await server.run(runId)).toMatchObject({ status: 'succeeded', jobs: [{ state: 'succeeded', executions: [{ state: 'lost' }] }, { state: 'succeeded' }] });
  });

  it('has failed where its author has written so, and the log names the policy', async () => {
    const { runId, executionId } = await rebooted('Fail');
    expect((await jobs(runId))[0]).toMatchObject({ state: 'failed' });
    expect(await server.events('&type=JobFailedByPolicy')).toMatchObject([{ stream: `run-${runId}`, data: { executionId, policy: 'onLost' } }]);
  });

  it('runs once more where its author has written so, and its successor waits for that', async () => {
    const { runId, executionId } = await rebooted('Rerun');
    expect(await server.events('&type=JobRerunRequested')).toMatchObject([{ data: { previousExecution: executionId, policy: 'onLost', concurrent: false } }]);
    const again = await waitFor('it is dispatched once more', () => agent.dispatches().find(({ spec }) => spec.jobId === 'J1' && spec.executionId !== executionId), 5_000);
    await agent.report(finished(again.spec));
    await agent.execute('J2', 0, runId);
    expect((await jobs(runId)).map(({ state, attempt }) => [state, attempt])).toEqual([['succeeded', 2], ['succeeded', 1]]);
  });
});
