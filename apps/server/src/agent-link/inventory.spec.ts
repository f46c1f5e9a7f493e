import { randomUUID } from 'node:crypto';
import type { RunningView, List } from '#protocol/api';
import { waitFor } from '../../../../test/support/wait-for.js';
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

async function evidenceOf(runId: string, jobId: string): Promise<string | undefined> {
  return (await server.run(runId)).jobs.find((job) => job.jobId === jobId)?.evidence.kind;
}

describe('an execution that is not in the inventory', () => {
  it('and was handed over is not known to the agent: it stays open, says so, and is not sent again', async () => {
    const runId = await server.startRun();
    const { spec, position } = await agent.dispatchOf('A1', runId);
    agent.inventory = [];
    agent.frames.length = 0;
    await agent.connect();
    const job = (await server.run(runId)).jobs[0];
    expect(job).toMatchObject({ state: 'dispatched', evidence: { kind: 'unknown-to-agent' }, executions: [{ executionId: spec.executionId }] });
    expect(BigInt(agent.servedUpTo)).toBe(BigInt(position));
    const next = await server.startRun('S');
    await agent.dispatchOf('S1', next);
    expect(agent.dispatches()).toHaveLength(1);
    const { items } = await server.read<List<RunningView>>('/api/v1/running');
    expect(items.map(({ evidence }) => evidence.kind)).toEqual(['unknown-to-agent', 'none']);
  });

  it('and was dispatched after what the agent was served is sent, not settled', async () => {
    const served = agent.servedUpTo;
    const runId = await server.startRun();
    await agent.dispatchOf('A1', runId);
    agent.inventory = [];
    agent.servedUpTo = served;
    agent.frames.length = 0;
    await agent.connect();
    await agent.dispatchOf('A1', runId);
    expect(await evidenceOf(runId, 'A1')).toBe('none');
  });

  it('is settled by an event that names what the hello said', async () => {
    const runId = await server.startRun();
    await agent.dispatchOf('A1', runId);
    agent.inventory = [];
    const helloId = randomUUID();
    await agent.connect({ helloId });
    const [settled] = (await server.store.events(`run-${runId}`)).filter(({ type }) => type === 'JobNotKnownToAgent');
    expect(settled).toMatchObject({ metadata: { causationId: helloId, actor: { kind: 'server' } }, data: { reason: expect.stringContaining('inventory') as string } });
    await agent.connect();
    expect((await server.store.typesOn(`run-${runId}`)).filter((type) => type === 'JobNotKnownToAgent')).toHaveLength(1);
  });

  it('is what the agent holds after all, once it reports on it', async () => {
    const runId = await server.startRun();
    const { spec } = await agent.dispatchOf('A1', runId);
    agent.inventory = [];
    await agent.connect();
    await agent.report(finished(spec));
    expect((await server.run(runId)).jobs[0]).toMatchObject({ state: 'succeeded', evidence: { kind: 'none' } });
  });
});

describe('what the agent holds after all, because its own directory is back', () => {
  const elsewhere = async (): Promise<{ runId: string; spec: Awaited<ReturnType<typeof agent.dispatchOf>>['spec']; own: object }> => {
    const runId = await server.startRun();
    const { spec } = await agent.dispatchOf('A1', runId);
    await agent.report(started(spec));
    await agent.goAway();
    const own = { journalId: agent.journalId, journalSequence: agent.journalSequence, servedUpTo: agent.servedUpTo, receipt: agent.receipt, session: agent.session, inventory: [spec.executionId] };
    await agent.connect({ journalId: randomUUID(), journalSequence: 0, servedUpTo: '0', receipt: undefined, previousSession: undefined, inventory: [] });
    expect(await evidenceOf(runId, 'A1')).toBe('unknown-to-agent');
    await agent.goAway();
    agent.frames.length = 0;
    return { runId, spec, own };
  };

  const gets = (kind: 'stop' | 'cancel', executionId: string) => waitFor(`the ${kind} arrives`, () => agent.frames.find((each) => each.kind === kind && each.executionId === executionId), 10_000);

  it('is known again and confirmed, and gets the stop that was asked for meanwhile', async () => {
    const { runId, spec, own } = await elsewhere();
    expect((await server.request('POST', `/api/v1/runs/${runId}/jobs/A1/stop`, { body: { reason: 'enough' } })).status).toBe(200);
    Object.assign(agent, own);
    await agent.connect();
    expect(await evidenceOf(runId, 'A1')).toBe('confirmed');
    await gets('stop', spec.executionId);
    expect(agent.dispatches()).toEqual([]);
    expect((await server.store.typesOn(`run-${runId}`)).filter((type) => type === 'JobKnownToAgent')).toHaveLength(1);
  });

  it('is not known again when its journal is lost once more', async () => {
    const { runId, own } = await elsewhere();
    Object.assign(agent, own);
    await agent.connect();
    await agent.goAway();
    await agent.connect({ journalId: randomUUID(), journalSequence: 0, servedUpTo: '0', receipt: undefined, previousSession: undefined, inventory: [] });
    expect(await evidenceOf(runId, 'A1')).toBe('unknown-to-agent');
  });

  it('is told that nobody waits for it, where it was given up meanwhile', async () => {
    const { spec, own } = await elsewhere();
    expect((await server.request('POST', `/api/v1/executions/${spec.executionId}/abandon`, { body: { reason: 'gone' } })).status).toBe(200);
    Object.assign(agent, own);
    await agent.connect();
    await gets('cancel', spec.executionId);
  });
});

describe('a journal that is new, or has gone back', () => {
  const wipe = () => {
    agent.inventory = [];
    agent.servedUpTo = '0';
    agent.journalId = randomUUID();
    agent.frames.length = 0;
  };

  it.each([
    { what: 'another journal', change: () => wipe() },
    { what: 'an earlier record', change: () => { agent.inventory = []; agent.servedUpTo = '0'; agent.journalSequence = 3; agent.frames.length = 0; } },
  ])('($what) knows nothing of what was dispatched before: nothing of it is sent again', async ({ change }) => {
    agent.journalSequence = 10;
    await agent.connect();
    const runId = await server.startRun();
    await agent.dispatchOf('A1', runId);
    await agent.goAway();
    const waiting = await server.startRun('S');
    change();
    await agent.connect();
    await agent.dispatchOf('S1', waiting);
    expect(agent.dispatches()).toHaveLength(1);
    expect(await evidenceOf(runId, 'A1')).toBe('unknown-to-agent');
  });

  it('still knows what its inventory names', async () => {
    const runId = await server.startRun();
    const { spec } = await agent.dispatchOf('A1', runId);
    await agent.report(accepted(spec));
    wipe();
    agent.inventory = [spec.executionId];
    await agent.connect();
    expect(await evidenceOf(runId, 'A1')).toBe('confirmed');
  });

  it('is remembered when the hello failed half-way: the next one settles what that one did not', async () => {
    const runId = await server.startRun();
    await agent.dispatchOf('A1', runId);
    await agent.goAway();
    wipe();
    const refuse = server.store.refuseAppends('run-');
    expect((await agent.sayHello()).status).toBe(503);
    refuse();
    expect(await evidenceOf(runId, 'A1')).not.toBe('unknown-to-agent');
    await agent.connect();
    expect(await evidenceOf(runId, 'A1')).toBe('unknown-to-agent');
    expect(agent.frames).toEqual([]);
  });

  it('is remembered over a restart of the server in between', async () => {
    const runId = await server.startRun();
    await agent.dispatchOf('A1', runId);
    await agent.goAway();
    wipe();
    const refuse = server.store.refuseAppends('run-');
    expect((await agent.sayHello()).status).toBe(503);
    refuse();
    server = await server.restart();
    agent.server = server;
    await agent.connect();
    expect(await evidenceOf(runId, 'A1')).toBe('unknown-to-agent');
    expect(agent.frames).toEqual([]);
  });
});

describe('what was called off while the agent was away, and still waits in its line', () => {
  it.each([
    { what: 'abandoned', path: (runId: string, executionId: string) => `/api/v1/executions/${executionId}/abandon` },
    { what: 'skipped', path: (runId: string) => `/api/v1/runs/${runId}/jobs/A1/skip` },
    { what: 'stopped', path: (runId: string) => `/api/v1/runs/${runId}/jobs/A1/stop` },
  ])('($what) is named by the welcome, before the agent goes on with its line', async ({ path }) => {
    const runId = await server.startRun();
    const { spec } = await agent.dispatchOf('A1', runId);
    await agent.report(accepted(spec));
    await agent.goAway();
    expect((await server.request('POST', path(runId, spec.executionId), { body: { reason: 'not tonight' } })).status).toBe(200);
    const { body } = await agent.sayHello({ inventory: [spec.executionId], open: [spec.executionId] });
    expect(body).toMatchObject({ mustNotBegin: [spec.executionId], startsAnew: false });
  });

  it('is not what an agent is told of what simply waits', async () => {
    const runId = await server.startRun();
    const { spec } = await agent.dispatchOf('A1', runId);
    await agent.report(accepted(spec));
    await agent.goAway();
    const { body } = await agent.sayHello({ inventory: [spec.executionId], open: [spec.executionId] });
    expect(body).toMatchObject({ mustNotBegin: [], startsAnew: false });
  });
});
