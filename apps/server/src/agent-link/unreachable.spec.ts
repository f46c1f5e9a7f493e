import { agentDetailsView, type AgentDetailsView, type AgentView, type List, type RunningView } from '#protocol/api';
import { CommandBus } from '@nestjs/cqrs';
import { waitFor } from '../../../../test/support/wait-for.js';
import { RecordUnreachable } from '../agents/record-unreachable.handler.js';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import { written } from '../../test-support/run-log.js';
import { finished, ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';

const GRACE_SECONDS = 0.05;

let server: ServerUnderTest;
let agent: ScriptedAgent;
let runId: string;

beforeEach(async () => {
  server = await ServerUnderTest.start(undefined, undefined, GRACE_SECONDS);
  await server.define(CHAIN);
  agent = await ScriptedAgent.connected(server);
  runId = await server.startRun();
  await agent.report(started((await agent.dispatchOf('A1')).spec));
});

afterEach(closeServers);

const shown = async () => agentDetailsView.parse(await server.read<AgentDetailsView>('/api/v1/agents/local'));
const a1 = async () => (await server.run(runId)).jobs[0];
const unreachable = () => waitFor('the agent is unreachable', async () => (await shown()).unreachable === true && shown(), 10_000);
/** Where the live contact of A1's agent stands, and beside what. */
const rows = async () => {
  const [[running], job] = [(await server.read<List<RunningView>>('/api/v1/running')).items, await a1()];
  expect(running?.evidence).toEqual(job?.evidence);
  return { evidence: job?.evidence, running: running?.lastContactAt, job: job?.lastContactAt, execution: job?.executions[0]?.lastContactAt };
};
const onRecord = async () => (await server.store.typesOn('agent-local')).filter((type) => type === 'AgentUnreachable');
const lostContactAt = async () => (await server.store.events('agent-local')).find(({ type }) => type === 'AgentContactLost')?.metadata.at;

describe('an execution whose agent is unreachable', () => {
  it('is running, unreachable since the silence began, and never failed; it resolves by itself', async () => {
    agent.hangUp();
    const { since } = await unreachable();
    expect(since).toBe(await lostContactAt());
    expect(await a1()).toMatchObject({ state: 'running', evidence: { kind: 'unreachable', since, lastHeardAt: expect.any(String) as string } });
    expect((await server.read<List<RunningView>>('/api/v1/running')).items).toMatchObject([{ state: 'running', evidence: { kind: 'unreachable', since } }]);
    await agent.connect();
    expect(await a1()).toMatchObject({ state: 'running', evidence: { kind: 'confirmed' } });
    expect(await shown()).not.toHaveProperty('unreachable');
    await agent.report(finished((await agent.dispatchOf('A1')).spec));
    await agent.execute('A2');
    expect((await server.run(runId)).status).toBe('succeeded');
  });

  it('is so on record: a restart shows the same since, and records nothing more', async () => {
    agent.hangUp();
    const { since } = await unreachable();
    server = await server.restart();
    expect(await a1()).toMatchObject({ state: 'running', evidence: { kind: 'unreachable', since } });
    expect(await shown()).toMatchObject({ state: 'away', since, unreachable: true });
    expect(await onRecord()).toHaveLength(1);
  });

  it('is silent since a start of the server, and unreachable when the agent does not come back', async () => {
    server = await server.restart();
    const startedAt = (await server.store.events('server-')).at(-1)?.metadata.at;
    await unreachable();
    expect(await a1()).toMatchObject({ state: 'running', evidence: { kind: 'unreachable', since: startedAt } });
    expect((await server.events('&type=AgentUnreachable'))[0]).toMatchObject({ actor: { kind: 'server' }, data: { session: 1, silentSince: startedAt } });
  });

  it('waits for the store: what cannot be recorded now is as soon as it can', async () => {
    const heal = server.store.refuseAppends('agent-');
    agent.hangUp();
    await waitFor('both were tried', () => server.store.asked.filter(({ stream }) => stream === 'agent-local').length > 3, 10_000);
    expect((await a1())?.state).toBe('running');
    heal();
    await unreachable();
    expect(await onRecord()).toHaveLength(1);
  });

  it('is not unreachable when a session begins between the decision and its append', async () => {
    const { since: silentSince, session } = await shown();
    const elsewhere = { agent: 'local', server: 'other', slots: 8, journalId: 'j', journalSequence: 0, servedUpTo: '0', version: '0', host: 'h', pid: 1, bootId: 'b' };
    server.store.beforeNextAppend(() => server.store.log.append('agent-local', 1, [written('AgentConnected', elsewhere)]));
    await server.get(CommandBus).execute(new RecordUnreachable('local', session, silentSince, { commandId: newCommandId(), actor: { kind: 'server', id: 's' } }));
    expect(await server.store.typesOn('agent-local')).toEqual(['AgentEnrolled', 'AgentConnected', 'AgentConnected']);
  });

  it('keeps its jobs waiting, in words that say so', async () => {
    await server.define('jobnet: B\njobs:\n  B1: { command: x, agent: local }\n');
    agent.hangUp();
    const { since } = await unreachable();
    const waiting = await server.startRun('B');
    expect((await server.run(waiting)).jobs[0]).toMatchObject({ state: 'ready', waitsFor: [`agent local, which is unreachable since ${since}`] });
  });
});

describe('an agent as it is shown', () => {
  it('has its session and what is out, with the evidence', async () => {
    expect(await shown()).toMatchObject({
      name: 'local', state: 'connected', openExecutions: 1, unmatched: [], refusedConnections: [],
      newestSession: { session: 1, host: 'host-1', pid: 4711, bootId: 'boot-1', version: '0.1.0', journalId: agent.journalId, journalSequence: 0 },
      open: [{ runId, jobId: 'A1', state: 'running', evidence: { kind: 'confirmed' } }],
    });
    expect((await server.request('GET', '/api/v1/agents/nobody')).body).toMatchObject({ status: 404, code: 'agent-not-found' });
  });

  it('tells of live contact beside the evidence, which moves with every sign of life and is no fact of the log', async () => {
    const { lastContactAt: before = '' } = await shown();
    const { evidence } = await rows();
    const later = await waitFor('a sign of life is seen', async () => {
      await agent.report();
      const { lastContactAt = '' } = await shown();
      return lastContactAt > before && lastContactAt;
    }, 5_000);
    expect((await server.read<List<AgentView>>('/api/v1/agents')).items).toEqual([expect.objectContaining({ lastContactAt: later })]);
    expect(await rows()).toEqual({ evidence, running: later, job: later, execution: later });
    agent.hangUp();
    await waitFor('it is away', async () => (await shown()).state === 'away', 10_000);
    expect(await rows()).toMatchObject({ evidence: { kind: expect.stringMatching(/silent|unreachable/) as string }, running: later, job: later, execution: later });
    server = await server.restart();
    expect(await shown()).not.toHaveProperty('lastContactAt');
    expect(await rows()).toMatchObject({ running: undefined, job: undefined, execution: undefined });
  });

  it('tells of no live contact of what has ended', async () => {
    await agent.report(finished((await agent.dispatchOf('A1')).spec));
    const ended = await a1();
    expect([ended, ended?.executions[0]]).toEqual([expect.not.objectContaining({ lastContactAt: expect.anything() as unknown }), expect.not.objectContaining({ lastContactAt: expect.anything() as unknown })]);
  });

  it('lists what fits no run, and who else wanted its name, over a restart', async () => {
    const stray = finished({ executionId: 'gone~G~1', runId: 'gone', jobId: 'G' });
    expect((await agent.report(stray)).acknowledged).toHaveLength(1);
    await agent.report(stray);
    expect((await agent.sayHello({ previousSession: 1, pid: 12, host: 'host-2', journalId: agent.hello().helloId })).status).toBe(409);
    const incidents = {
      unmatchedReports: 1, unmatched: [{ executionId: 'gone~G~1', sequence: 3, state: 'finished', why: 'there is no such run' }],
      refusedConnections: [{ host: 'host-2', pid: 12, reason: expect.stringMatching(/session 1 from host-1 is connected/) as string }],
    };
    expect(await shown()).toMatchObject(incidents);
    server = await server.restart();
    expect(await shown()).toMatchObject(incidents);
  });
});
