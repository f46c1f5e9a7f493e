import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandAnswer, List } from '#protocol/api';
import type { ServerView } from '#protocol/servers';
import { waitFor } from '../../../../test/support/wait-for.js';
import { ScriptedAgent, finished } from '../../test-support/scripted-agent.js';
import { another, ServerPair } from '../../test-support/server-pair.js';
import { CHAIN, closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { SimulatedClock } from '../../test-support/simulated-clock.js';
import { HelloCheck } from '../agent-link/opening/hello-check.js';
import { AgentsAhead } from '../log/agents-ahead.js';
import { LogFollower } from '../event-sourcing/log-follower.js';

let pair: ServerPair;
let one: ServerUnderTest;
let two: ServerUnderTest;

afterEach(closeServers);

async function start(clock?: SimulatedClock): Promise<void> {
  pair = await ServerPair.start(clock);
  ({ one, two } = pair);
  await waitFor('both have folded the other\'s start', async () => (await Promise.all([one, two].map(servers))).every((items) => items.filter(({ state }) => state === 'serving').length === 2));
}

const idOf = (server: ServerUnderTest): string => readFileSync(join(server.data, 'server.id'), 'utf8').trim();
const servers = async (server: ServerUnderTest): Promise<ServerView[]> => (await server.read<List<ServerView>>('/api/v1/servers')).items;
const viewOf = async (from: ServerUnderTest, of: ServerUnderTest): Promise<ServerView | undefined> => (await servers(from)).find(({ server }) => server === idOf(of));
const typesOn = async (prefix: string): Promise<string[]> => one.store.typesOn(prefix);

async function caughtUp(server: ServerUnderTest): Promise<void> {
  const head = await pair.log.head();
  await waitFor('all is folded', () => server.get(LogFollower).position === head);
}

describe('what one server has answered', () => {
  it('is shown by the other as soon as that has folded it, and a question that names the position waits for that', async () => {
    await start();
    const release = two.store.holdSubscriptions();
    const { position } = await one.define(CHAIN);
    expect((await two.request('GET', '/api/v1/jobnets/A')).status).toBe(404);
    const asked = two.request('GET', `/api/v1/jobnets/A?after=${position}`);
    const first = await Promise.race([asked.then(() => 'answered'), two.request('GET', '/healthz').then(() => 'waiting')]);
    expect(first).toBe('waiting');
    release();
    expect((await asked).status).toBe(200);
  });

  it('is what the other decides on: no command is refused for what it has not seen yet', async () => {
    await start();
    const release = two.store.holdSubscriptions();
    await one.define(CHAIN);
    const asked = two.request<CommandAnswer>('POST', '/api/v1/jobnets/A/runs', { body: { reason: 'r' } });
    release();
    expect(await asked).toMatchObject({ status: 201 });
  });

  it('is what the other compares an agent with: what that has told and forgotten is noticed', async () => {
    await start();
    await one.define(CHAIN);
    const agent = await ScriptedAgent.connected(one);
    const { spec } = await agent.dispatchOf('A1', await one.startRun());
    await caughtUp(two);
    const open = [spec.executionId];
    const older = agent.hello({ inventory: open, open });
    const release = two.store.holdSubscriptions();
    await agent.report(finished(spec));
    const checked = two.get(HelloCheck).check('local', older);
    expect(await Promise.race([checked.then(() => 'answered'), two.request('GET', '/healthz').then(() => 'waiting')])).toBe('waiting');
    release();
    expect(await checked).toMatchObject({ startsAnew: 'journal-rolled-back', mustNotBegin: open });
  });

  it('is what the other finds already so, or not so any more', async () => {
    await start();
    await one.define(CHAIN);
    const runId = await one.startRun();
    const word = (server: ServerUnderTest, verb: string) => server.request<CommandAnswer>('POST', `/api/v1/runs/${runId}/jobs/A1/${verb}`, { body: { reason: 'r' } });
    await word(two, 'hold');
    await word(one, 'release');
    expect((await word(two, 'hold')).body.alreadySo).toBeUndefined();
    await word(one, 'hold');
    expect((await word(two, 'hold')).body.alreadySo).toBe(true);
    expect(await typesOn(`run-${runId}`)).toEqual(['RunStarted', 'JobHeld', 'JobReleased', 'JobHeld']);
  });

  it('opens the other\'s doors: a token that it has issued a moment ago is known', async () => {
    await start();
    const release = two.store.holdSubscriptions();
    const issued = await one.request<{ token: string }>('POST', '/api/v1/operators', { body: { name: 'ann', role: 'viewer' } });
    const asked = two.request('GET', '/api/v1/jobnets', { token: issued.body.token });
    release();
    expect([issued.status, (await asked).status]).toEqual([201, 200]);
  });

  it('is said to be out of reach where the other does not get to see it', async () => {
    await start();
    const release = two.store.holdSubscriptions();
    await one.define(CHAIN);
    expect(await two.request('POST', '/api/v1/jobnets/A/runs', { body: { reason: 'r' } })).toMatchObject({ status: 503, body: { code: 'not-folded-yet' } });
    release();
  }, 15_000);
});

describe('what time brings', () => {
  const DELAYED = 'jobnet: A\njobs:\n  A1: { command: ./x, agent: local, delaySeconds: 60 }\n';
  const askedFor = (server: ServerUnderTest) => server.store.asked.filter(({ events }) => events.some(({ type }) => type === 'JobDelayPassed'));

  it('is minded by one of them', async () => {
    const clock = new SimulatedClock('2026-11-23T09:00:00.000Z');
    await start(clock);
    await one.define(DELAYED);
    const runId = await one.startRun();
    await caughtUp(two);
    await clock.advance(61_000);
    await waitFor('it is begun', async () => (await typesOn(`run-${runId}`)).includes('JobDelayPassed'));
    expect([askedFor(one).length, askedFor(two).length]).toEqual([1, 0]);
    expect((await Promise.all([viewOf(one, one), viewOf(one, two), viewOf(two, one)])).map((each) => each?.ownsTimers)).toEqual([true, false, true]);
    expect(await typesOn('lease-')).toEqual(['ClockLeaseTaken']);
  });

  it('passes to the other when the one that minded it stops', async () => {
    const clock = new SimulatedClock('2026-11-23T09:00:00.000Z');
    await start(clock);
    await one.define(DELAYED);
    const runId = await one.startRun();
    await one.stop();
    await waitFor('the other has the lease', async () => (await viewOf(two, two))?.ownsTimers === true);
    await clock.advance(61_000);
    await waitFor('it is begun', async () => (await two.store.typesOn(`run-${runId}`)).includes('JobDelayPassed'));
  });

  it('passes to the other when the one that minded it is gone without a word', async () => {
    await start();
    await one.halt();
    await waitFor('the other has the lease', async () => (await viewOf(two, two))?.ownsTimers === true, 10_000);
    expect(await two.store.typesOn('lease-')).toEqual(['ClockLeaseTaken', 'ClockLeaseTaken']);
    expect(await viewOf(two, one)).toMatchObject({ state: 'silent', reason: expect.stringContaining('nothing was heard of it') as string });
  });

  it('waits on both while one of them knows of an agent that was told more than the log holds', async () => {
    const clock = new SimulatedClock('2026-11-23T09:00:00.000Z');
    await start(clock);
    await one.define(DELAYED);
    const runId = await one.startRun();
    const agent = await ScriptedAgent.connected(two);
    await agent.goAway();
    expect(await agent.sayHello({ servedUpTo: '4711' })).toMatchObject({ status: 409 });
    await waitFor('the first has heard of it', () => one.get(AgentsAhead).isWordAwaited);
    await clock.advance(61_000);
    expect((await one.run(runId)).jobs[0]?.state).toBe('delayed');
  });
});

describe('a server that is not heard of', () => {
  it('is put on record, with the sessions that agents had with it', async () => {
    await start();
    await ScriptedAgent.connected(one);
    await caughtUp(two);
    await one.halt();
    await waitFor('it is silent', async () => (await viewOf(two, one))?.state === 'silent', 10_000);
    expect(await two.read('/api/v1/agents/local')).toMatchObject({ state: 'away' });
  });

  it('and comes back in the same process says so, and lets its agents begin anew', async () => {
    await start();
    const agent = await ScriptedAgent.connected(one);
    one.store.isMute = true;
    await waitFor('its agents are told', () => agent.streamEnded, 10_000);
    expect(agent.frames.at(-1)).toMatchObject({ kind: 'leave', session: agent.session });
    one.store.isMute = false;
    await waitFor('it serves again', async () => (await viewOf(two, one))?.state === 'serving', 10_000);
    await agent.connect();
    expect(await typesOn(`server-${idOf(one)}`)).toEqual(['ServerStarted', 'ServerContactLost', 'ServerReturned']);
  });

  it('is heard again after its next start', async () => {
    await start();
    await one.halt();
    await waitFor('it is silent', async () => (await viewOf(two, one))?.state === 'silent', 10_000);
    await another(pair.log, undefined, one.data);
    await waitFor('it serves again', async () => (await viewOf(two, one))?.state === 'serving');
    await waitFor('it is heard', async () => (await viewOf(two, one))?.behindMs === 0);
  });

  it('ends when another process is started as the same server, from its directory or a copy of that', async () => {
    await start();
    await another(pair.log, undefined, one.data);
    await waitFor('the first one is told', () => one.failures.length > 0);
    expect(String(one.failures[0])).toContain('was started as this very server');
    expect(two.failures).toEqual([]);
  });

  it('is over where only one process can have the log open', async () => {
    const former = await ServerUnderTest.start();
    await ScriptedAgent.connected(former);
    await former.halt();
    const healed = former.store.refuseAppends(`server-${idOf(former)}`);
    const next = await ServerUnderTest.start(former.store);
    expect(await next.read('/api/v1/agents/local')).toMatchObject({ state: 'connected' });
    healed();
    await waitFor('that is on record', async () => (await next.read<{ state: string }>('/api/v1/agents/local')).state === 'away');
    expect((await servers(next)).map(({ state, ownsTimers }) => [state, ownsTimers])).toEqual([['silent', false], ['serving', true]]);
  });
});

describe('an agent', () => {
  it('that moves on to another server is that one\'s: the first ends its old stream and records no loss', async () => {
    await start();
    await one.define(CHAIN);
    const agent = await ScriptedAgent.connected(one);
    const old = await ScriptedAgent.connected(one, { name: 'other' });
    agent.server = two;
    await agent.connect();
    await waitFor('the first has let it go', async () => (await one.read<{ lastContactAt?: string; session?: number }>('/api/v1/agents/local')).session !== undefined && one.store.typesOn('agent-local').then((types) => types.filter((type) => type === 'AgentConnected').length === 2));
    const runId = await one.startRun();
    await agent.report(finished((await agent.dispatchOf('A1', runId)).spec));
    await agent.dispatchOf('A2', runId);
    expect(old.streamEnded).toBe(false);
    // Only the one that it talks to hears of it.
    expect([await one.read('/api/v1/agents/local'), await two.read('/api/v1/agents/local')]).toEqual([expect.not.objectContaining({ lastContactAt: expect.anything() as unknown }), expect.objectContaining({ lastContactAt: expect.any(String) as string })]);
    expect(await typesOn('agent-local')).toEqual(['AgentEnrolled', 'AgentConnected', 'AgentConnected']);
  });

  it('is not let in twice under one name, on whichever server', async () => {
    await start();
    const agent = await ScriptedAgent.connected(one);
    await caughtUp(two);
    const fork = new ScriptedAgent(two);
    fork.credential = agent.credential;
    expect(await fork.sayHello({ pid: 4712, previousSession: agent.session ?? 0 })).toMatchObject({ status: 409, body: { code: 'agent-name-in-use' } });
    expect(await typesOn('agent-local')).toEqual(['AgentEnrolled', 'AgentConnected', 'AgentConnectionRefused']);
  });

  it('that was started again says hello to another server before the first one has missed it', async () => {
    await start();
    const process = (started: number) => ({ process: { id: randomUUID(), started, hello: 1 } });
    const agent = new ScriptedAgent(one);
    await agent.connect(process(1_000));
    await caughtUp(two);
    agent.server = two;
    expect((await agent.sayHello({ pid: 4712, ...process(2_000) })).status).toBe(201);
  });
});
