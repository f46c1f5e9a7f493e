import { waitFor } from '../../../../test/support/wait-for.js';
import { accepted, finished, neverStarted, ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest, SINGLE } from '../../test-support/server-under-test.js';

let server: ServerUnderTest;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  await server.define(SINGLE);
});

afterEach(closeServers);

async function jobOf(runId: string, jobId: string) {
  const job = (await server.run(runId)).jobs.find((each) => each.jobId === jobId);
  if (job === undefined) throw new Error(`no job ${jobId}`);
  return job;
}

describe('a dispatch', () => {
  it('carries everything by value: command, parameters of jobnet, run and job, the nearer one winning', async () => {
    await server.define([
      'jobnet: P', 'parameters: { MODE: jobnet, DAY: jobnet, NET: jobnet, REGION: jobnet }', 'jobs:',
      '  P1: { command: [./load, "--full"], agent: local, cwd: out, parameters: { REGION: job, DAY: job }, env: { MODE: job } }', '',
    ].join('\n'));
    const agent = await ScriptedAgent.connected(server);
    const { body } = await server.request<{ runId: string }>('POST', '/api/v1/jobnets/P/runs', { body: { parameters: { DAY: 'run', MODE: 'run' } } });
    const { kind, session, position, spec } = await agent.dispatchOf('P1');
    expect({ kind, session }).toEqual({ kind: 'dispatch', session: agent.session });
    expect(spec).toEqual({
      executionId: `${body.runId}~P1~1`, runId: body.runId, jobId: 'P1', attempt: 1, command: ['./load', '--full'], cwd: 'out', env: { MODE: 'job', DAY: 'run', NET: 'jobnet', REGION: 'job' },
    });
    const [recorded] = (await server.store.events(`run-${body.runId}`)).filter(({ type }) => type === 'JobDispatched');
    expect(position).toBe(recorded?.position.toString());
  });

  it('goes out in log order, over all runs', async () => {
    const agent = await ScriptedAgent.connected(server);
    for (let count = 0; count < 5; count += 1) await server.startRun('S');
    await waitFor('all have arrived', () => agent.frames.length === 5, 5_000);
    const positions = agent.dispatches().map(({ position }) => Number(position));
    expect(positions).toEqual([...positions].sort((one, other) => one - other));
  });

  it('is offered again in the next session, in log order, until it is accepted', async () => {
    const agent = await ScriptedAgent.connected(server);
    const [first, second, third] = [await server.startRun('S'), await server.startRun('S'), await server.startRun('S')];
    await agent.report(accepted((await agent.dispatchOf('S1', second)).spec));
    await agent.dispatchOf('S1', third);
    agent.frames.length = 0;
    await agent.connect();
    await waitFor('both have come again', () => agent.frames.length === 2, 5_000);
    expect(agent.dispatches().map(({ spec }) => spec.runId)).toEqual([first, third]);
    expect(agent.frames.every(({ session }) => session === agent.session)).toBe(true);
    expect((await server.store.typesOn(`run-${first}`)).filter((type) => type === 'JobDispatched')).toHaveLength(1);
  });

  it('that was decided and not sent goes out after the next start of the server, once', async () => {
    const agent = await ScriptedAgent.connected(server);
    const release = server.store.holdSubscriptions();
    void server.startRun('S').catch(() => undefined);
    await waitFor('the dispatch is in the log', async () => (await server.store.typesOn('run-')).includes('JobDispatched'), 5_000);
    await server.halt();
    release();
    server = await ServerUnderTest.start(server.store, server.data);
    expect(agent.frames).toEqual([]);
    agent.server = server;
    await agent.connect();
    const { spec } = await agent.dispatchOf('S1');
    await agent.report(finished(spec));
    expect((await server.run(spec.runId)).status).toBe('succeeded');
    expect(await server.store.typesOn(`run-${spec.runId}`)).toEqual(['RunStarted', 'JobDispatched', 'JobFinished', 'RunFinished']);
  });

  it('does not go to a session that is over', async () => {
    const agent = await ScriptedAgent.connected(server);
    await agent.goAway();
    const runId = await server.startRun('S');
    expect(await jobOf(runId, 'S1')).toMatchObject({ state: 'ready', waitsFor: ['agent local, which is away'] });
    await agent.connect();
    expect((await agent.dispatchOf('S1', runId)).session).toBe(agent.session);
  });
});

describe('a cancel', () => {
  it('is sent when a job is skipped whose execution has not begun; "never started" closes it', async () => {
    const agent = await ScriptedAgent.connected(server);
    const runId = await server.startRun();
    const { spec } = await agent.dispatchOf('A1', runId);
    await server.skip(runId, 'A1');
    const cancel = await waitFor('the cancel arrives', () => agent.frames.find(({ kind }) => kind === 'cancel'), 5_000);
    expect(cancel).toMatchObject({ executionId: spec.executionId, runId, jobId: 'A1', session: agent.session });
    expect(await jobOf(runId, 'A1')).toMatchObject({ state: 'skipped', pending: ['cancel'] });
    await agent.report(neverStarted(spec));
    expect(await jobOf(runId, 'A1')).toMatchObject({ state: 'skipped', pending: [], executions: [{ state: 'never-started' }] });
    expect((await jobOf(runId, 'A2')).state).toBe('dispatched');
  });

  it('comes instead of the dispatch in the next session, when the agent was away', async () => {
    const agent = await ScriptedAgent.connected(server);
    const runId = await server.startRun();
    const { spec } = await agent.dispatchOf('A1', runId);
    await agent.goAway();
    await server.skip(runId, 'A1');
    agent.frames.length = 0;
    await agent.connect();
    await agent.dispatchOf('A2', runId);
    const ofA1 = agent.frames.filter((frame) => JSON.stringify(frame).includes(`"executionId":"${spec.executionId}"`));
    expect(ofA1.map(({ kind }) => kind)).toEqual(['cancel']);
  });

  it('is not sent for an execution that runs: it goes on, keeps its slot, and its result is a late one', async () => {
    const agent = await ScriptedAgent.connected(server, { slots: 1 });
    const runId = await server.startRun();
    const { spec } = await agent.dispatchOf('A1', runId);
    await agent.report(started(spec));
    await server.skip(runId, 'A1');
    expect(await jobOf(runId, 'A2')).toMatchObject({ state: 'ready', waitsFor: ['a free slot of agent local'] });
    await agent.report(finished(spec, 7));
    expect(await jobOf(runId, 'A1')).toMatchObject({ state: 'skipped', executions: [{ late: true, exitCode: 7 }] });
    await agent.execute('A2', 0, runId);
    expect((await server.run(runId)).status).toBe('succeeded');
    expect(agent.frames.map(({ kind }) => kind)).toEqual(['dispatch', 'dispatch']);
  });
});
