import { randomUUID } from 'node:crypto';
import type { AgentView, List } from '#protocol/api';
import { waitFor } from '../../../../test/support/wait-for.js';
import { ScriptedAgent } from '../../test-support/scripted-agent.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';

let server: ServerUnderTest;

beforeEach(async () => {
  server = await ServerUnderTest.start();
});

afterEach(closeServers);

const onRecord = () => server.store.typesOn('agent-local');

async function awayAgain(): Promise<void> {
  await waitFor('the end of the session is on record', async () => (await onRecord()).includes('AgentContactLost'), 5_000);
}

async function shown(name = 'local'): Promise<AgentView | undefined> {
  return (await server.read<List<AgentView>>('/api/v1/agents')).items.find((agent) => agent.name === name);
}

describe('enrolment', () => {
  it('gives the name a credential of its own, with which it speaks from then on', async () => {
    const agent = await ScriptedAgent.connected(server);
    expect(agent.credential).toMatch(/^kiroku_/);
    expect((await agent.tryReport()).status).toBe(200);
    expect(await onRecord()).toEqual(['AgentEnrolled', 'AgentConnected']);
    expect(await shown()).toMatchObject({ name: 'local', state: 'connected', slots: 8, session: 1, host: 'host-1', unmatchedReports: 0 });
  });

  it('is refused while the name is connected, and the credential stays', async () => {
    const agent = await ScriptedAgent.connected(server);
    const thief = await new ScriptedAgent(server).sayHello();
    expect({ status: thief.status, body: thief.body }).toMatchObject({ status: 409, body: { code: 'agent-name-in-use' } });
    expect((await agent.tryReport()).status).toBe(200);
    expect(await onRecord()).not.toContain('AgentCredentialRotated');
  });

  it('once the old connection is gone gives another credential, on record, and the former is void', async () => {
    const former = await ScriptedAgent.connected(server);
    await former.goAway();
    const next = await ScriptedAgent.connected(server);
    expect(await onRecord()).toEqual(['AgentEnrolled', 'AgentConnected', 'AgentContactLost', 'AgentCredentialRotated', 'AgentConnected']);
    expect((await former.tryReport()).status).toBe(401);
    expect((await next.tryReport()).status).toBe(200);
  });

  it('keeps every credential out of the log', async () => {
    const { credential } = await ScriptedAgent.connected(server);
    const log = JSON.stringify(await server.store.events(), (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
    expect(log).not.toContain(credential?.replace('kiroku_', ''));
  });

  it('takes names that are identifiers, and hellos that are whole', async () => {
    const token = server.tokenIn('agent.token');
    const strange = await server.request('POST', '/api/v1/agents/no%20name/sessions', { token, body: new ScriptedAgent(server).hello() });
    expect({ status: strange.status, code: strange.body.code }).toEqual({ status: 400, code: 'invalid-request' });
    for (const differing of [{ slots: 0 }, { inventory: ['x'] }, { journalId: 'x' }, { servedUpTo: '-1' }]) {
      expect((await new ScriptedAgent(server).sayHello(differing)).status).toBe(400);
    }
    expect(await onRecord()).toEqual([]);
  });
});

describe('a session', () => {
  it('is begun once by a hello, however often it is said', async () => {
    const agent = await ScriptedAgent.connected(server);
    const again = { ...agent.hello(), helloId: randomUUID() };
    const [first, second] = [await agent.sayHello(again), await agent.sayHello(again)];
    expect(second.body.session).toBe(first.body.session);
    expect(await onRecord()).toEqual(['AgentEnrolled', 'AgentConnected', 'AgentConnected']);
  });

  it('is not begun by a hello that never began one and is older than one that did, as a proxy may have kept it', async () => {
    const agent = new ScriptedAgent(server);
    const id = randomUUID();
    const numbered = (hello: number) => agent.hello({ process: { id, started: 7, hello } });
    const kept = numbered(1);
    await agent.connect(numbered(2));
    await agent.goAway();
    expect(await agent.post('sessions', kept, agent.credential)).toMatchObject({ status: 409, body: { code: 'session-over' } });
    await agent.connect(numbered(3));
    expect((await agent.tryReport()).status).toBe(200);
  });

  it('is not begun by a hello that has begun one before, whoever repeats it and whoever is there: what it says is over', async () => {
    const agent = new ScriptedAgent(server);
    const first = agent.hello();
    await agent.connect(first);
    const { credential } = agent;
    const second = agent.hello();
    await agent.connect(second);
    await agent.goAway();
    await agent.connect();
    for (const isThere of [true, false]) {
      if (!isThere) await agent.goAway();
      const before = (await server.store.events('agent-local')).length;
      for (const [old, token] of [[first, server.tokenIn('agent.token')], [second, credential]] as const) {
        expect(await agent.post('sessions', old, token)).toMatchObject({ status: 409, body: { code: 'session-over' } });
      }
      expect(await server.store.events('agent-local')).toHaveLength(before);
    }
    await agent.connect();
    expect((await agent.tryReport()).status).toBe(200);
  });

  it('supersedes the one before it of the same chain, whose stream ends without loss of contact', async () => {
    const agent = await ScriptedAgent.connected(server);
    const { session: former } = agent;
    await agent.sayHello();
    await waitFor('the old stream ends', () => agent.streamEnded, 5_000);
    expect(agent.session).toBeGreaterThan(former ?? 0);
    await agent.listen();
    expect((await shown())?.state).toBe('connected');
    expect(await onRecord()).not.toContain('AgentContactLost');
  });

  it('has one stream', async () => {
    const agent = await ScriptedAgent.connected(server);
    const second = await server.request('GET', `/api/v1/agents/local/dispatches?session=${agent.session}`, { token: agent.credential ?? null });
    expect({ status: second.status, code: second.body.code }).toEqual({ status: 409, code: 'session-over' });
  });

  it('of a copy of the agent\'s directory is refused while the original lives, and is on record once however often it tries', async () => {
    const agent = await ScriptedAgent.connected(server);
    const copy = new ScriptedAgent(server);
    copy.credential = agent.credential;
    copy.session = agent.session;
    copy.journalId = agent.journalId;
    for (let tries = 0; tries < 3; tries += 1) expect(await copy.sayHello({ pid: 4712 })).toMatchObject({ status: 409, body: { code: 'agent-name-in-use' } });
    expect((await server.store.typesOn('agent-local')).filter((type) => type === 'AgentConnectionRefused')).toHaveLength(1);
    expect(agent.streamEnded).toBe(false);
    await agent.goAway();
    expect(await copy.sayHello({ pid: 4712 })).toMatchObject({ status: 201 });
  });

  it('of a fork is refused while the other lives, and that is on record', async () => {
    const agent = await ScriptedAgent.connected(server);
    const fork = new ScriptedAgent(server);
    fork.credential = agent.credential;
    fork.session = 0;
    const refused = await fork.sayHello({ host: 'host-2' });
    expect({ status: refused.status, body: refused.body }).toMatchObject({ status: 409, body: { code: 'agent-name-in-use' } });
    expect(await onRecord()).toEqual(['AgentEnrolled', 'AgentConnected', 'AgentConnectionRefused']);
    expect((await agent.tryReport()).status).toBe(200);
    expect((await shown())?.host).toBe('host-1');
  });

  it('that is over takes no report, and records nothing', async () => {
    const agent = await ScriptedAgent.connected(server);
    const { session } = agent;
    await agent.connect();
    const before = (await server.store.events()).length;
    const late = await agent.post('reports', { session, reports: [{ runId: 'r', jobId: 'j', executionId: 'r~j~1', sequence: 1, state: 'lost', reason: 'x' }] });
    expect({ status: late.status, body: late.body }).toMatchObject({ status: 409, body: { code: 'session-over' } });
    expect(await server.store.events()).toHaveLength(before);
  });

  it('ends with its stream: the loss of contact is recorded for it', async () => {
    const agent = await ScriptedAgent.connected(server);
    await agent.goAway();
    expect((await server.store.events('agent-local')).at(-1)?.data).toEqual({ session: agent.session, reason: 'the connection ended' });
    expect((await shown())?.state).toBe('away');
    expect((await agent.tryReport()).status).toBe(409);
  });

  it('ends on record as soon as the log can be written again', async () => {
    const agent = await ScriptedAgent.connected(server);
    server.store.unavailable = true;
    const asked = server.store.asked.length;
    agent.hangUp();
    await waitFor('the server has tried', () => server.store.asked.length > asked, 5_000);
    server.store.unavailable = false;
    await awayAgain();
    expect((await onRecord()).filter((type) => type === 'AgentContactLost')).toHaveLength(1);
  });

  it('of a server that was killed is over with its next start', async () => {
    const agent = await ScriptedAgent.connected(server);
    server = await server.restart();
    expect((await shown())?.state).toBe('away');
    agent.server = server;
    expect((await agent.tryReport()).status).toBe(409);
  });
});

describe('a log that stands behind what the agent was told', () => {
  it('begins no session', async () => {
    const agent = await ScriptedAgent.connected(server);
    const [byReceipt, byDispatch] = await Promise.all([
      agent.sayHello({ receipt: { position: '5000', eventId: randomUUID() } }), agent.sayHello({ servedUpTo: '5000' }),
    ]);
    for (const { status, body } of [byReceipt, byDispatch]) expect({ status, body }).toMatchObject({ status: 409, body: { code: 'log-behind-agent' } });
    expect(await onRecord()).toEqual(['AgentEnrolled', 'AgentConnected']);
  });

  it('is waited for: what is in the log and not folded yet is no reason to refuse', async () => {
    const agent = await ScriptedAgent.connected(server);
    const release = server.store.holdSubscriptions();
    const position = ((await server.store.head()) ?? 0n) + 1n;
    const defined = server.define('jobnet: B\njobs:\n  B1: { command: x, agent: local }\n');
    await waitFor('the position is in the log', async () => ((await server.store.head()) ?? 0n) >= position, 5_000);
    const eventId = (await server.store.events()).find((event) => event.position === position)?.id ?? '';
    const hello = agent.sayHello({ receipt: { position: position.toString(), eventId } });
    release();
    await defined;
    expect((await hello).status).toBe(201);
  });
});
