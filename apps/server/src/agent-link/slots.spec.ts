import { waitFor } from '../../../../test/support/wait-for.js';
import { randomUUID } from 'node:crypto';
import type { AgentView, List } from '#protocol/api';
import { finished, ScriptedAgent } from '../../test-support/scripted-agent.js';
import { closeServers, ServerUnderTest, SINGLE } from '../../test-support/server-under-test.js';

const WIDE = `jobnet: W\njobs:\n${Array.from({ length: 6 }, (_, index) => `  W${index}: { command: x, agent: local }\n`).join('')}`;

let server: ServerUnderTest;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(SINGLE);
  await server.define(WIDE);
});

afterEach(closeServers);

async function openExecutions(): Promise<number | undefined> {
  return (await server.read<List<AgentView>>('/api/v1/agents')).items[0]?.openExecutions;
}

async function waitsFor(runId: string): Promise<string[] | undefined> {
  return (await server.run(runId)).jobs[0]?.waitsFor;
}

describe('the slots of an agent', () => {
  it('bound what is dispatched to it; what is left says what it waits for', async () => {
    const agent = await ScriptedAgent.connected(server, { slots: 2 });
    const runId = await server.startRun('W');
    expect(await openExecutions()).toBe(2);
    expect((await server.run(runId)).jobs.map(({ state }) => state)).toEqual(['dispatched', 'dispatched', 'ready', 'ready', 'ready', 'ready']);
    expect((await server.run(runId)).jobs[2]?.waitsFor).toEqual(['a free slot of agent local']);
    await agent.dispatchOf('W1', runId);
    expect(agent.dispatches()).toHaveLength(2);
  });

  it('are handed on by a result to a run that waits, oldest first', async () => {
    const agent = await ScriptedAgent.connected(server, { slots: 1 });
    const [first, second, third] = [await server.startRun('S'), await server.startRun('S'), await server.startRun('S')];
    expect(await waitsFor(second)).toEqual(['a free slot of agent local']);
    await agent.execute('S1', 0, first);
    await agent.dispatchOf('S1', second);
    expect(agent.dispatches().map(({ spec }) => spec.runId)).toEqual([first, second]);
    await agent.execute('S1', 0, second);
    await agent.execute('S1', 0, third);
    expect((await server.run(third)).status).toBe('succeeded');
  });

  it('are not taken by an execution that the agent does not hold, and its late report gives none back', async () => {
    const agent = await ScriptedAgent.connected(server, { slots: 1 });
    const [lost, next, third] = [await server.startRun('S'), await server.startRun('S'), await server.startRun('S')];
    const { spec } = await agent.dispatchOf('S1', lost);
    agent.journalId = randomUUID();
    agent.inventory = [];
    await agent.connect();
    await agent.dispatchOf('S1', next);
    await agent.report(finished(spec));
    expect((await server.run(lost)).status).toBe('succeeded');
    expect(await waitsFor(third)).toEqual(['a free slot of agent local']);
  });

  it('are never taken twice, however many runs are decided side by side', async () => {
    const agent = await ScriptedAgent.connected(server, { slots: 1 });
    const release = server.store.holdAppends('run-');
    const starts = [server.startRun('S'), server.startRun('S'), server.startRun('S')];
    await waitFor('all are decided', () => server.store.asked.filter(({ stream }) => stream.startsWith('run-')).length === 3, 5_000);
    release();
    await Promise.all(starts);
    expect((await server.store.typesOn('run-')).filter((type) => type === 'JobDispatched')).toHaveLength(1);
    expect(await openExecutions()).toBe(1);
    for (let done = 0; done < 3; done += 1) await agent.report(finished((await waitFor('the next one arrives', () => agent.dispatches()[done], 5_000)).spec));
    expect(await openExecutions()).toBe(0);
  });

  it('that a decision reserved and did not take are free again', async () => {
    const agent = await ScriptedAgent.connected(server, { slots: 1 });
    server.store.failNextAppend();
    expect((await server.request('POST', '/api/v1/jobnets/S/runs', { body: {} })).status).toBe(503);
    const runId = await server.startRun('S');
    await agent.execute('S1', 0, runId);
    expect((await server.run(runId)).status).toBe('succeeded');
  });

  it('are never exceeded over a whole day of work', async () => {
    const agent = await ScriptedAgent.connected(server, { slots: 3 });
    const runs = await Promise.all([...Array.from({ length: 4 }, () => server.startRun('W')), ...Array.from({ length: 6 }, () => server.startRun('S'))]);
    let done = 0;
    while (done < 30) {
      const { spec } = await waitFor('another dispatch arrives', () => agent.dispatches()[done], 5_000);
      expect(await openExecutions()).toBeLessThanOrEqual(3);
      await agent.report(finished(spec));
      done += 1;
    }
    expect(await Promise.all(runs.map(async (runId) => (await server.run(runId)).status))).toEqual(runs.map(() => 'succeeded'));
    expect(new Set(agent.dispatches().map(({ spec }) => spec.executionId)).size).toBe(30);
  });

  it('fewer than before are honoured: nothing goes out until enough has ended', async () => {
    const agent = await ScriptedAgent.connected(server, { slots: 3 });
    await server.startRun('W');
    agent.slots = 1;
    await agent.connect();
    const [first, second, third] = agent.dispatches().map(({ spec }) => spec);
    for (const spec of [first, second]) if (spec !== undefined) await agent.report(finished(spec));
    expect(await openExecutions()).toBe(1);
    if (third !== undefined) await agent.report(finished(third));
    expect(await openExecutions()).toBe(1);
  });

  it('of an agent that comes take what waited for it; one that nobody knows is waited for by name', async () => {
    const runId = await server.startRun('S');
    expect(await waitsFor(runId)).toEqual(['agent local, which is not known yet']);
    const agent = await ScriptedAgent.connected(server);
    await agent.execute('S1', 0, runId);
    expect((await server.run(runId)).status).toBe('succeeded');
  });

  it('are filled again after the store was away', async () => {
    const agent = await ScriptedAgent.connected(server, { slots: 1 });
    const [first, second] = [await server.startRun('S'), await server.startRun('S')];
    const { spec } = await agent.dispatchOf('S1', first);
    const refuse = server.store.refuseAppends(`run-${second}`);
    await agent.report(finished(spec));
    refuse();
    expect((await agent.dispatchOf('S1', second)).spec.runId).toBe(second);
  });
});
