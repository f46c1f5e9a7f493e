import { executionDetailsView, type List, type RunningView } from '#protocol/api';
import { waitFor } from '../../../../test/support/wait-for.js';
import { accepted, finished, neverStarted, ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';

let server: ServerUnderTest;
let agent: ScriptedAgent;
let runId: string;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  agent = await ScriptedAgent.connected(server, { slots: 1 });
  runId = await server.startRun();
});

afterEach(closeServers);

const abandon = (executionId: string, body: object = { reason: 'the host burned down' }) => server.request('POST', `/api/v1/executions/${executionId}/abandon`, { body });
const a1 = async () => (await server.run(runId)).jobs[0];

describe('an execution that an operator gives up', () => {
  it('while its agent is away is out no more; its job is lost, and who said so is on record', async () => {
    const { spec } = await agent.dispatchOf('A1');
    await agent.report(accepted(spec), started(spec));
    await agent.goAway();
    expect((await abandon(spec.executionId)).status).toBe(200);
    expect(await a1()).toMatchObject({ state: 'lost', executions: [{ state: 'abandoned', evidence: { kind: 'none' } }], pending: ['cancel'] });
    expect((await server.read<List<RunningView>>('/api/v1/running')).items).toEqual([]);
    expect(await server.events('&type=ExecutionAbandoned')).toMatchObject([{ actor: { id: 'admin' }, reason: 'the host burned down', data: { executionId: spec.executionId } }]);
  });

  it('gives its slot to who waits for it, though it may still run', async () => {
    const { spec } = await agent.dispatchOf('A1');
    await agent.report(accepted(spec), started(spec));
    const next = await server.startRun();
    await abandon(spec.executionId);
    await agent.dispatchOf('A1', next);
  });

  it('is called off when its agent is back, also after a restart of the server, until the agent has answered', async () => {
    const { spec } = await agent.dispatchOf('A1');
    await agent.report(accepted(spec));
    await agent.goAway();
    await abandon(spec.executionId);
    server = await server.restart();
    agent.server = server;
    agent.frames.length = 0;
    await agent.connect();
    await waitFor('the cancel', () => agent.frames.some(({ kind }) => kind === 'cancel'), 5_000);
    await agent.report(neverStarted(spec));
    expect(await a1()).toMatchObject({ state: 'lost', executions: [{ state: 'never-started' }], pending: [] });
    agent.frames.length = 0;
    await agent.connect();
    expect(agent.frames).toEqual([]);
  });

  it('is called off at once where its agent listens, and keeps a result that comes after all as a late one', async () => {
    const { spec } = await agent.dispatchOf('A1');
    await agent.report(accepted(spec), started(spec));
    await abandon(spec.executionId);
    await waitFor('the cancel', () => agent.frames.some(({ kind }) => kind === 'cancel'), 5_000);
    await agent.report(finished(spec));
    expect(await a1()).toMatchObject({ state: 'lost', executions: [{ state: 'succeeded', late: true }], pending: [] });
  });

  it('is shown with what is known of it and every event that names it, and no other', async () => {
    const { spec } = await agent.dispatchOf('A1');
    await agent.report(started(spec));
    await abandon(spec.executionId);
    const other = await server.startRun();
    await agent.dispatchOf('A1', other);
    const shown = executionDetailsView.parse(await server.read(`/api/v1/executions/${spec.executionId}`));
    expect(shown).toMatchObject({ runId, jobnet: 'A', jobId: 'A1', jobState: 'lost', execution: { executionId: spec.executionId, state: 'abandoned', evidence: { kind: 'none' } } });
    expect(shown.events.map(({ type, reason }) => [type, reason])).toEqual([['JobDispatched', 'a test'], ['JobStarted', undefined], ['ExecutionAbandoned', 'the host burned down']]);
    expect((await server.request('GET', `/api/v1/executions/${runId}~A1~7`)).body).toMatchObject({ status: 404, code: 'execution-not-found' });
    expect((await server.request('GET', '/api/v1/executions/nobody')).body).toMatchObject({ status: 404, code: 'run-not-found' });
  });

  it('is refused when there is nothing to give up, and without a reason', async () => {
    const { spec } = await agent.dispatchOf('A1');
    expect((await abandon(spec.executionId, {})).status).toBe(400);
    expect((await abandon(`${runId}~A1~7`)).body).toMatchObject({ status: 404, code: 'execution-not-found' });
    expect((await abandon('nobody')).body).toMatchObject({ status: 404, code: 'run-not-found' });
    await agent.report(finished(spec));
    expect((await abandon(spec.executionId)).body).toMatchObject({ status: 409, code: 'execution-ended' });
  });
});
