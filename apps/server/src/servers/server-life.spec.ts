import { waitFor } from '../../../../test/support/wait-for.js';
import { ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';

let server: ServerUnderTest;

beforeEach(async () => {
  server = await ServerUnderTest.start();
});

afterEach(closeServers);

async function starts() {
  return (await server.store.events('server-')).filter(({ type }) => type === 'ServerStarted');
}

describe('the log', () => {
  it('begins with its id, which later starts leave alone', async () => {
    server = await server.restart();
    server = await server.restart();
    const events = await server.store.events();
    expect(events[0]).toMatchObject({ type: 'LogCreated', stream: 'log-kiroku', position: 1n });
    expect(events.filter(({ type }) => type === 'LogCreated')).toHaveLength(1);
  });
});

describe('a start', () => {
  it('of an empty log finds nothing', async () => {
    const [first] = await starts();
    expect(first?.data).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string, pid: process.pid, found: { openRuns: 0, openExecutions: 0 } });
  });

  it('says what it found: open runs, executions out, and since when nobody has heard of the oldest', async () => {
    await server.define(CHAIN);
    const agent = await ScriptedAgent.connected(server);
    const [first, second] = [await server.startRun(), await server.startRun()];
    await agent.report(started((await agent.dispatchOf('A1', first)).spec));
    await agent.dispatchOf('A1', second);
    const heard = (await server.store.events(`run-${second}`)).find(({ type }) => type === 'JobDispatched')?.metadata.at;
    server = await server.restart();
    expect((await starts()).at(-1)?.data).toMatchObject({ found: { openRuns: 2, openExecutions: 2, silentSince: heard } });
  });

  it('is the same server over all its starts, on the same directory', async () => {
    server = await server.restart();
    expect(new Set((await starts()).map(({ stream }) => stream)).size).toBe(1);
  });

  it('leaves what was running as running, and says that nobody is heard', async () => {
    await server.define(CHAIN);
    const agent = await ScriptedAgent.connected(server);
    const runId = await server.startRun();
    await agent.report(started((await agent.dispatchOf('A1', runId)).spec));
    server = await server.restart();
    expect((await server.run(runId)).jobs[0]).toMatchObject({ state: 'running', evidence: { kind: 'silent' } });
    expect(await server.store.typesOn(`run-${runId}`)).toEqual(['RunStarted', 'JobDispatched', 'JobStarted']);
  });
});

describe('an orderly stop', () => {
  it('is on record, and no loss of contact is told beside it', async () => {
    await ScriptedAgent.connected(server);
    await server.stop();
    expect((await server.store.events('server-')).at(-1)).toMatchObject({ type: 'ServerStopped', data: { reason: 'SIGTERM' } });
    expect(await server.store.typesOn('agent-local')).toEqual(['AgentEnrolled', 'AgentConnected']);
  });
});

describe('a start that cannot be written', () => {
  const skip = (runId: string) => server.request('POST', `/api/v1/runs/${runId}/jobs/A1/skip`, { body: { reason: 'r' } });

  it('is tried again: meanwhile what is on record is shown, every command is refused, and nothing stands before it', async () => {
    await server.define(CHAIN);
    const runId = await server.startRun();
    const agent = await ScriptedAgent.connected(server);
    await agent.dispatchOf('A1', runId);
    await server.halt();
    const before = await server.store.events();
    const repair = server.store.refuseAppends('server-');
    server = await ServerUnderTest.start(server.store, server.data);
    agent.server = server;
    expect((await server.run(runId)).jobs).toHaveLength(2);
    expect(await skip(runId)).toMatchObject({ status: 503, body: { code: 'store-unavailable', detail: expect.stringContaining('own start is not on record yet') as string } });
    expect(await agent.sayHello()).toMatchObject({ status: 503, body: { code: 'store-unavailable' } });
    expect(await server.store.events()).toEqual(before);

    repair();
    await waitFor('it is on record', async () => (await starts()).length === 2);
    await waitFor('commands are taken', async () => (await skip(runId)).status === 200);
    expect((await server.store.events()).slice(before.length).map(({ type }) => type)).toMatchObject({ 0: 'ServerStarted' });
    expect(server.failures).toEqual([]);
  });

  it('is not on record when the server ends before there is room, nor is a stop', async () => {
    await server.halt();
    const repair = server.store.refuseAppends('server-');
    server = await ServerUnderTest.start(server.store, server.data);
    repair();
    await server.stop();
    expect(await server.store.typesOn('server-')).toEqual(['ServerStarted']);
  });

  it('ends the server when it fails for another reason', async () => {
    await server.halt();
    server.store.failNextAppend(new Error('something else'));
    await expect(ServerUnderTest.start(server.store, server.data)).rejects.toThrow('something else');
  });
});
