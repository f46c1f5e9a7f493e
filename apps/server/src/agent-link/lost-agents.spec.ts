import { agentDetailsView, type AgentDetailsView, type CommandAnswer, type List, type RunningView } from '#protocol/api';
import { waitFor } from '../../../../test/support/wait-for.js';
import { tokenFor } from '../../test-support/operator-tokens.js';
import { dispatched, impossible, runStarted } from '../../test-support/run-log.js';
import { accepted, finished, neverStarted, ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';

const jobnet = (name: string, onLost: string) => `jobnet: ${name}\njobs:\n  J1: { command: x, agent: local, onLost: ${onLost} }\n`;

let server: ServerUnderTest;
let agent: ScriptedAgent;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  for (const text of [CHAIN, jobnet('Ask', 'ask'), jobnet('Fail', 'fail'), jobnet('Rerun', 'rerun')]) await server.define(text);
  agent = await ScriptedAgent.connected(server);
});

afterEach(closeServers);

const declareLost = (body: object = {}, name = 'local') => server.request<CommandAnswer & { code?: string; detail?: string }>('POST', `/api/v1/agents/${name}/declare-lost`, { body: { reason: 'the host burned down', ...body } });
const j1 = async (runId: string) => (await server.run(runId)).jobs[0];
const running = async () => (await server.read<List<RunningView>>('/api/v1/running')).items;
const shown = async () => agentDetailsView.parse(await server.read<AgentDetailsView>('/api/v1/agents/local'));
const abandonments = () => server.events('&type=ExecutionAbandoned');

/** Runs of these jobnets, whose first job runs on the agent; then the agent is away. */
async function outOn(...jobnets: string[]): Promise<string[]> {
  const runs: string[] = [];
  for (const each of jobnets) {
    const runId = await server.startRun(each);
    await agent.report(started((await agent.dispatchOf(each === 'A' ? 'A1' : 'J1', runId)).spec));
    runs.push(runId);
  }
  await agent.goAway();
  return runs;
}

describe('an agent that is declared lost', () => {
  it('has nothing out any more when the answer comes; each job does what its author has written', async () => {
    const [ask, fail, rerun] = await outOn('Ask', 'Fail', 'Rerun') as [string, string, string];
    expect((await declareLost()).status).toBe(200);
    expect(await running()).toEqual([]);
    expect(await j1(ask)).toMatchObject({ state: 'lost', executions: [{ state: 'abandoned' }], waitsFor: ["an operator's decision"] });
    expect(await j1(fail)).toMatchObject({ state: 'failed' });
    expect(await j1(rerun)).toMatchObject({ state: 'ready', attempt: 2, waitsFor: [expect.stringMatching(/^agent local, which is declared lost since \S+Z by admin \(the host burned down\)$/)] });
  });

  it('is given up in the name of who said so, each run by an append of its own, once', async () => {
    const runs = await outOn('Ask', 'Fail');
    const { body: { position } } = await declareLost({ ticket: 'OPS-7' });
    const [declared] = await server.events('&type=AgentDeclaredLost');
    expect(declared).toMatchObject({ position, actor: { id: 'admin' }, reason: 'the host burned down', ticket: 'OPS-7' });
    const given = await abandonments();
    expect(given.map(({ stream }) => stream).sort()).toEqual(runs.map((runId) => `run-${runId}`).sort());
    for (const each of given) expect(each).toMatchObject({ causationId: declared?.id, actor: { id: 'admin' }, reason: 'the host burned down', ticket: 'OPS-7', data: { agentDeclaredLost: true } });
    expect((await declareLost()).body.position).toBe((await shown()).openExecutions === 0 ? (await server.store.events('agent-local')).at(-1)?.position.toString() : '');
    server = await server.restart();
    expect(await abandonments()).toHaveLength(2);
  });

  it('loses every execution of a run that has several there', async () => {
    await server.define('jobnet: Two\njobs:\n  J1: { command: x, agent: local }\n  J2: { command: x, agent: local }\n');
    const runId = await server.startRun('Two');
    await agent.report(started((await agent.dispatchOf('J1', runId)).spec), started((await agent.dispatchOf('J2', runId)).spec));
    await agent.goAway();
    await declareLost();
    expect((await server.run(runId)).jobs.map(({ state }) => state)).toEqual(['lost', 'lost']);
  });

  it('frees the slot and the flow for an operator, who settles the job', async () => {
    const [runId = ''] = await outOn('A');
    await declareLost();
    expect((await server.request('POST', `/api/v1/runs/${runId}/jobs/A1/settle`, { body: { outcome: 'succeeded', reason: 'the file is there' } })).status).toBe(200);
    expect((await server.run(runId)).jobs[1]).toMatchObject({ state: 'ready', waitsFor: [expect.stringMatching(/declared lost/)] });
  });

  it('gets no dispatch until it is back, which ends it; what it still holds is called off, and a result is kept as a late one', async () => {
    const [rerun = ''] = await outOn('Rerun');
    await declareLost();
    const { spec: first } = agent.dispatches()[0]!;
    agent.frames.length = 0;
    await agent.connect();
    expect(await shown()).toMatchObject({ state: 'connected' });
    expect(await shown()).not.toHaveProperty('declaredLost');
    const { spec: second } = await agent.dispatchOf('J1', rerun);
    expect(second.executionId).not.toBe(first.executionId);
    expect(agent.frames.map((frame) => [frame.kind, 'executionId' in frame ? frame.executionId : frame.kind === 'dispatch' && frame.spec.executionId])).toEqual([['cancel', first.executionId], ['dispatch', second.executionId]]);
    await agent.report(finished(first, 7));
    await agent.report(started(second), finished(second, 0));
    expect(await j1(rerun)).toMatchObject({ state: 'succeeded', exitCode: 0, executions: [{ exitCode: 7, late: true }, { state: 'succeeded' }] });
    expect(await running()).toEqual([]);
  });

  it('may be lost again after it was back, and only what was out then is given up', async () => {
    await outOn('Rerun');
    await declareLost();
    await agent.connect();
    await agent.report(neverStarted(agent.dispatches()[0]!.spec));
    await waitFor('the second dispatch', () => agent.dispatches().length === 2, 5_000);
    expect((await running()).length).toBe(1);
    server = await server.restart();
    expect(await running()).toHaveLength(1);
    await declareLost();
    expect(await running()).toEqual([]);
    expect(await abandonments()).toHaveLength(2);
  });

  it('takes a dispatch with it that was decided before and written after', async () => {
    const release = server.store.holdAppends('run-');
    const start = server.startRun('Ask');
    await waitFor('the dispatch is decided', () => server.store.asked.some(({ stream }) => stream.startsWith('run-')), 5_000);
    await agent.goAway();
    const declared = declareLost();
    await waitFor('the declaration is on record', async () => (await shown()).declaredLost !== undefined, 5_000);
    release();
    const runId = await start;
    await declared;
    expect(await waitFor('the job is lost', async () => (await j1(runId))?.state === 'lost' && j1(runId), 5_000)).toMatchObject({ executions: [{ state: 'abandoned' }] });
  });

  it('leaves alone what others have out, and a run whose history cannot be', async () => {
    await server.define('jobnet: B\njobs:\n  B1: { command: x, agent: other }\n');
    const other = await ScriptedAgent.connected(server, { name: 'other' });
    const elsewhere = await server.startRun('B');
    await other.report(accepted((await other.dispatchOf('B1', elsewhere)).spec));
    await server.store.append('run-X', 'none', [runStarted('X'), dispatched('X', 'A1'), impossible('X')]);
    const [runId = ''] = await outOn('Ask');
    expect((await declareLost()).status).toBe(200);
    expect((await abandonments()).map(({ stream }) => stream)).toEqual([`run-${runId}`]);
    expect(await running()).toEqual([expect.objectContaining({ runId: 'X' }), expect.objectContaining({ runId: elsewhere })]);
  });
});

describe('a crash between the declaration and the runs', () => {
  it('is completed by the next start, once, in the same words', async () => {
    const runs = await outOn('Ask', 'Fail', 'Rerun');
    const heal = server.store.refuseAppends('run-');
    const { status } = await declareLost({ ticket: 'OPS-7' });
    expect(status).toBe(200);
    expect(await abandonments()).toEqual([]);
    expect(await running()).toHaveLength(3);
    await server.halt();
    heal();
    server = await ServerUnderTest.start(server.store, server.data);
    await waitFor('all are given up', async () => (await running()).length === 0, 10_000);
    expect((await abandonments()).map(({ stream, ticket }) => [stream, ticket]).sort()).toEqual(runs.map((runId) => [`run-${runId}`, 'OPS-7']).sort());
    expect((await Promise.all(runs.map(j1))).map((job) => job?.state)).toEqual(['lost', 'failed', 'ready']);
  });

  it('in the middle of them leaves none out and gives none up twice', async () => {
    const runs = await outOn('Ask', 'Fail', 'Rerun');
    const heal = server.store.refuseAppends(`run-${runs[1]}`);
    await declareLost();
    await server.halt();
    heal();
    server = await ServerUnderTest.start(server.store, server.data);
    await waitFor('all are given up', async () => (await running()).length === 0, 10_000);
    expect((await abandonments()).map(({ stream }) => stream).sort()).toEqual(runs.map((runId) => `run-${runId}`).sort());
  });

  it('is completed also when the agent is back before it is: what a person has given up stays given up', async () => {
    const [runId = ''] = await outOn('Ask');
    const heal = server.store.refuseAppends('run-');
    await declareLost();
    server = await server.restart();
    agent.server = server;
    await agent.connect();
    expect(await shown()).not.toHaveProperty('declaredLost');
    heal();
    await waitFor('it is given up', async () => (await j1(runId))?.state === 'lost', 10_000);
    await waitFor('it is called off', () => agent.frames.some(({ kind }) => kind === 'cancel'), 5_000);
  });

  it('is no crash when the answer of the store is lost: nothing is given up twice', async () => {
    const runs = await outOn('Ask', 'Rerun');
    server.store.beforeNextAppend(async () => undefined);
    server.store.loseNextAcknowledgement();
    expect((await declareLost()).status).toBe(200);
    await waitFor('all are given up', async () => (await running()).length === 0, 10_000);
    expect((await abandonments()).map(({ stream }) => stream).sort()).toEqual(runs.map((runId) => `run-${runId}`).sort());
  });

  it('is no crash when the store heals: the same process tries again', async () => {
    await outOn('Ask');
    const heal = server.store.refuseAppends('run-');
    await declareLost();
    heal();
    await waitFor('it is given up', async () => (await abandonments()).length === 1, 10_000);
  });
});

describe('declare-lost', () => {
  it('is refused while the agent is connected, without a reason, for nobody, and to a viewer', async () => {
    expect((await declareLost()).body).toMatchObject({ status: 409, code: 'agent-connected', detail: expect.stringMatching(/drain it, or stop it/) as string });
    await agent.goAway();
    expect((await declareLost({ reason: undefined })).status).toBe(400);
    expect((await declareLost({}, 'nobody')).body).toMatchObject({ status: 404, code: 'agent-not-found' });
    expect((await declareLost({ expect: { session: 9 } })).body).toMatchObject({ status: 409, code: 'not-as-expected' });
    const token = await tokenFor(server, 'viewer');
    expect((await server.request('POST', '/api/v1/agents/local/declare-lost', { body: { reason: 'x' }, token })).status).toBe(403);
    expect(await server.store.typesOn('agent-local')).not.toContain('AgentDeclaredLost');
  });

  it('is possible as soon as the server was started anew, for an agent that is not back', async () => {
    server = await server.restart();
    expect((await declareLost()).status).toBe(200);
  });
});
