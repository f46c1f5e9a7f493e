import { agentView, type AgentView, type CommandAnswer, type List } from '#protocol/api';
import { waitFor } from '../../../../test/support/wait-for.js';
import { tokenFor } from '../../test-support/operator-tokens.js';
import { accepted, finished, ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest, SINGLE } from '../../test-support/server-under-test.js';

let server: ServerUnderTest;
let agent: ScriptedAgent;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  await server.define(SINGLE);
  agent = await ScriptedAgent.connected(server);
});

afterEach(closeServers);

const say = (verb: 'drain' | 'resume', body: object = {}, headers: Record<string, string> = {}) =>
  server.request<CommandAnswer & { code?: string }>('POST', `/api/v1/agents/local/${verb}`, { body: { reason: 'new disks', ...body }, headers });
const job = async (runId: string, jobId: string) => (await server.run(runId)).jobs.find((each) => each.jobId === jobId);
const onRecord = () => server.store.typesOn('agent-local');
const DRAINED = /^agent local, which is drained since \d{4}-\S+Z by admin \(new disks\)$/;

async function shown(): Promise<AgentView | undefined> {
  return (await server.read<List<AgentView>>('/api/v1/agents')).items.map((item) => agentView.parse(item)).find(({ name }) => name === 'local');
}

describe('a drained agent', () => {
  it('gets no dispatch; its jobs say whose order they wait for, and go out as soon as it is resumed', async () => {
    expect((await say('drain')).status).toBe(200);
    const runs = [await server.startRun('S'), await server.startRun('S')];
    for (const runId of runs) expect(await job(runId, 'S1')).toMatchObject({ state: 'ready', waitsFor: [expect.stringMatching(DRAINED)] });
    expect(await server.store.typesOn('run-')).not.toContain('JobDispatched');
    expect((await say('resume')).status).toBe(200);
    for (const runId of runs) await agent.execute('S1', 0, runId);
    expect((await Promise.all(runs.map((runId) => server.run(runId)))).map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
  });

  it('ends what it has, and the result hands nothing more on to it', async () => {
    const runId = await server.startRun();
    const { spec } = await agent.dispatchOf('A1', runId);
    await agent.report(started(spec));
    await say('drain');
    expect(await shown()).toMatchObject({ openExecutions: 1, state: 'connected' });
    await agent.report(finished(spec));
    expect(server.store.asked.at(-1)).toMatchObject({ stream: `run-${runId}`, events: [{ type: 'JobFinished' }] });
    expect(await job(runId, 'A2')).toMatchObject({ state: 'ready', waitsFor: [expect.stringMatching(DRAINED)] });
    expect((await shown())?.openExecutions).toBe(0);
    await say('resume');
    await agent.execute('A2', 0, runId);
    expect((await server.run(runId)).status).toBe('succeeded');
  });

  it('keeps no other agent from work, also in the same run', async () => {
    await server.define('jobnet: B\njobs:\n  B1: { command: x, agent: local }\n  B2: { command: x, agent: other }\n');
    const other = await ScriptedAgent.connected(server, { name: 'other' });
    await say('drain');
    const runId = await server.startRun('B');
    await other.execute('B2', 0, runId);
    expect((await server.run(runId)).jobs.map(({ state }) => state)).toEqual(['ready', 'succeeded']);
  });

  it('is still told of stops and cancels', async () => {
    const [stopped, skipped] = [await server.startRun('S'), await server.startRun('S')];
    const { spec } = await agent.dispatchOf('S1', stopped);
    await agent.report(started(spec));
    await agent.dispatchOf('S1', skipped);
    await say('drain');
    await server.request('POST', `/api/v1/runs/${stopped}/jobs/S1/stop`, { body: { reason: 'enough' } });
    await server.skip(skipped, 'S1');
    await waitFor('both arrive', () => ['stop', 'cancel'].every((kind) => agent.frames.some((frame) => frame.kind === kind)), 5_000);
  });

  it('gets what was decided before the drain, and counts it from the decision on', async () => {
    const release = server.store.holdAppends('run-');
    const start = server.startRun('S');
    await waitFor('the dispatch is decided', () => server.store.asked.some(({ stream }) => stream.startsWith('run-')), 5_000);
    await say('drain');
    expect(await shown()).toMatchObject({ openExecutions: 1, drained: { reason: 'new disks' } });
    release();
    const runId = await start;
    expect((await shown())?.openExecutions).toBe(1);
    await agent.execute('S1', 0, runId);
    expect(await shown()).toMatchObject({ openExecutions: 0 });
  });

  it('gets nothing that was decided after the answer, however many starts are on their way', async () => {
    await agent.connect({ slots: 100 });
    const starts = Array.from({ length: 6 }, () => server.startRun('S'));
    const drain = say('drain');
    starts.push(...Array.from({ length: 6 }, () => server.startRun('S')));
    await drain;
    const open = (await shown())?.openExecutions;
    const later = await server.startRun('S');
    await Promise.all(starts);
    expect((await server.store.typesOn('run-')).filter((type) => type === 'JobDispatched')).toHaveLength(open ?? -1);
    expect(await job(later, 'S1')).toMatchObject({ state: 'ready' });
    await say('resume');
    await agent.dispatchOf('S1', later);
  });

  it('is offered again, in its next session, what it had not accepted', async () => {
    const runId = await server.startRun('S');
    await agent.dispatchOf('S1', runId);
    await agent.goAway();
    await say('drain');
    agent.frames.length = 0;
    await agent.connect();
    const { spec } = await agent.dispatchOf('S1', runId);
    await agent.report(accepted(spec));
    expect(await job(runId, 'S1')).toMatchObject({ state: 'dispatched', evidence: { kind: 'confirmed' } });
  });

  it('stays drained over a new session, a new credential and a restart of the server', async () => {
    await say('drain');
    const runId = await server.startRun('S');
    await agent.connect();
    server = await server.restart();
    agent = await ScriptedAgent.connected(server);
    expect(await onRecord()).toContain('AgentCredentialRotated');
    expect(await shown()).toMatchObject({ state: 'connected', drained: { by: { kind: 'operator', id: 'admin' }, reason: 'new disks' } });
    expect(await job(runId, 'S1')).toMatchObject({ state: 'ready', waitsFor: [expect.stringMatching(DRAINED)] });
    await say('resume');
    await agent.execute('S1', 0, runId);
    expect(await shown()).not.toHaveProperty('drained');
  });

  it('may be away: its jobs wait for both, and coming back is not enough', async () => {
    await agent.goAway();
    expect((await say('drain')).status).toBe(200);
    const runId = await server.startRun('S');
    expect((await job(runId, 'S1'))?.waitsFor).toEqual(['agent local, which is away', expect.stringMatching(DRAINED)]);
    await agent.connect();
    expect((await job(runId, 'S1'))?.waitsFor).toEqual([expect.stringMatching(DRAINED)]);
    await agent.goAway();
    await say('resume');
    expect((await job(runId, 'S1'))?.waitsFor).toEqual(['agent local, which is away']);
    await agent.connect();
    await agent.execute('S1', 0, runId);
  });
});

describe('drain and resume', () => {
  it('are recorded once, however often they are said', async () => {
    const drains = [await say('drain'), await say('drain', { reason: 'something else' })];
    expect(drains[1]?.body).toEqual({ ...drains[0]?.body, alreadySo: true });
    expect((await shown())?.drained?.reason).toBe('new disks');
    const resumes = [await server.request('POST', '/api/v1/agents/local/resume'), await say('resume')];
    expect(resumes.map(({ status }) => status)).toEqual([200, 200]);
    expect(await onRecord()).toEqual(['AgentEnrolled', 'AgentConnected', 'AgentDrained', 'AgentResumed']);
  });

  it('under a key do nothing after later changes, and answer their first position', async () => {
    const key = { 'idempotency-key': 'disks' };
    const first = await say('drain', {}, key);
    await say('resume');
    expect((await say('drain', {}, key)).body).toEqual(first.body);
    expect(await shown()).not.toHaveProperty('drained');
  });

  it('are refused when the agent is not as it was seen', async () => {
    expect((await say('drain', { expect: { session: 99 } })).body).toMatchObject({ status: 409, code: 'not-as-expected' });
    expect((await say('drain', { expect: { session: agent.session } })).status).toBe(200);
    expect((await say('resume', { expect: { drainedSince: '2026-01-01T00:00:00.000Z' } })).body).toMatchObject({ status: 409, code: 'not-as-expected' });
    expect((await say('resume', { expect: { drainedSince: (await shown())?.drained?.since } })).status).toBe(200);
  });

  it('want an agent that is there, and a drain wants a reason', async () => {
    expect((await server.request('POST', '/api/v1/agents/local/drain', { body: {} })).body).toMatchObject({ status: 400, code: 'invalid-request' });
    for (const verb of ['drain', 'resume']) expect((await server.request('POST', `/api/v1/agents/nobody/${verb}`, { body: { reason: 'r' } })).body).toMatchObject({ status: 404, code: 'agent-not-found' });
    expect(await server.store.typesOn('agent-nobody')).toEqual([]);
  });

  it('are an operator\'s; a viewer is refused on record, and so is an agent', async () => {
    const [viewer, operator] = [await tokenFor(server, 'vera'), await tokenFor(server, 'otto', { role: 'operator' })];
    for (const token of [viewer, agent.credential ?? null]) {
      expect((await server.request('POST', '/api/v1/agents/local/drain', { body: { reason: 'r' }, token })).body).toMatchObject({ status: 403, code: 'forbidden' });
    }
    const refusals = await waitFor('they are on record', async () => {
      const events = await server.store.events('refusals-');
      return events.length === 2 && events;
    }, 5_000);
    expect(refusals.map(({ stream, data }) => [stream, (data as { path: string }).path])).toEqual(['refusals-vera', 'refusals-~local'].map((stream) => [stream, '/api/v1/agents/local/drain']));
    expect((await server.request('POST', '/api/v1/agents/local/drain', { body: { reason: 'r' }, token: operator })).status).toBe(200);
    expect((await shown())?.drained?.by.id).toBe('otto');
  });
});
