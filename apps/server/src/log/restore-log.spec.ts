import { randomUUID } from 'node:crypto';
import { StoreUnavailableError } from '#event-store/event-store.errors';
import type { AgentProcess } from '#events/agent.events';
import type { LogView } from '#protocol/log';
import { restoredTo } from '../../test-support/restored-log.js';
import { accepted, finished, ScriptedAgent, started } from '../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest, SINGLE } from '../../test-support/server-under-test.js';
import { LogFollower } from '../event-sourcing/log-follower.js';

let server: ServerUnderTest;
let agent: ScriptedAgent;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  await server.define(SINGLE);
  agent = await ScriptedAgent.connected(server);
});

afterEach(closeServers);

const head = () => server.get(LogFollower).position;
const log = () => server.read<LogView>('/api/v1/log');
const restored = (body: object = { reason: 'the disk broke; restored from last night' }, headers = {}) => server.request('POST', '/api/v1/log/restored', { body: { force: true, ...body }, headers });

/** The log goes back to `position`; the agent, which knows more, comes back. */
async function goBackTo(position: bigint): Promise<void> {
  server = await restoredTo(server, position);
  agent.server = server;
  agent.frames.length = 0;
}

describe('a log that was restored to an earlier state', () => {
  it('gives no work to an agent that knows more, and says which one that is and what to do', async () => {
    const copy = head();
    const runId = await server.startRun('S');
    await agent.execute('S1', 0, runId);
    await goBackTo(copy);
    const { status, body } = await agent.sayHello();
    expect({ status, code: (body as unknown as { code: string }).code }).toEqual({ status: 409, code: 'log-behind-agent' });
    expect(JSON.stringify(body)).toContain('kiroku log restored');
    expect(await log()).toMatchObject({ epoch: 0, agentsAhead: [{ agent: 'local', epoch: 0 }] });
  });

  it('is noticed also when it has grown past what the agent was told, because another event stands there', async () => {
    const copy = head();
    await agent.execute('S1', 0, await server.startRun('S'));
    const told = BigInt(agent.receipt?.position ?? '0');
    await goBackTo(copy);
    for (let version = 0; head() <= told; version += 1) await server.define(CHAIN.replace('./extract.sh', `./extract-${version}.sh`));
    expect((await agent.sayHello()).status).toBe(409);
  });

  it('is noticed also when it has grown past what the agent was served, and the agent was given no receipt', async () => {
    const copy = head();
    const { position } = await agent.dispatchOf('S1', await server.startRun('S'));
    await goBackTo(copy);
    for (let version = 0; head() <= BigInt(position); version += 1) await server.define(CHAIN.replace('./extract.sh', `./extract-${version}.sh`));
    expect((await agent.sayHello()).status).toBe(409);
  });

  it('is noticed also by a session that it does not know', async () => {
    await agent.dispatchOf('S1', await server.startRun('S'));
    const copy = head();
    await agent.goAway();
    await agent.connect();
    await agent.goAway();
    await goBackTo(copy);
    expect((await agent.sayHello()).status).toBe(409);
  });

  it('holds every open run when an operator says so, begins an epoch, and lets the agent in', async () => {
    const runId = await server.startRun();
    const { spec } = await agent.dispatchOf('A1', runId);
    await agent.report(accepted(spec), started(spec));
    const copy = head();
    await agent.execute('S1', 0, await server.startRun('S'));
    await goBackTo(copy);
    await agent.sayHello();
    expect((await restored()).status).toBe(200);
    expect(await server.run(runId)).toMatchObject({ status: 'held' });
    expect(await server.events('&type=RunHeldByRestore,EpochBegan')).toMatchObject([
      { type: 'RunHeldByRestore', actor: { id: 'admin' }, reason: expect.stringContaining('the disk broke') as string }, { type: 'EpochBegan', data: { epoch: 1 } },
    ]);
    await agent.connect();
    expect(await log()).toMatchObject({ epoch: 1, agentsAhead: [] });
    await agent.report(finished(spec));
    expect((await server.run(runId)).jobs[0]).toMatchObject({ state: 'succeeded' });
  });

  it('takes back what an agent holds and it has forgotten, before anything is dispatched, so that nothing runs twice', async () => {
    const runId = await server.startRun();
    const copy = (await server.store.events(`run-${runId}`))[0]?.position ?? 0n;
    const { spec } = await agent.dispatchOf('A1', runId);
    await agent.report(accepted(spec), started(spec));
    await agent.execute('S1', 0, await server.startRun('S'));
    await goBackTo(copy);
    agent.inventory = [spec.executionId];
    expect((await server.run(runId)).jobs[0]).toMatchObject({ state: 'ready' });
    await agent.sayHello();
    await restored();
    await agent.connect();
    expect((await server.run(runId)).jobs[0]).toMatchObject({ state: 'dispatched', executionId: spec.executionId });
    expect((await server.request('POST', `/api/v1/runs/${runId}/release`, { body: { reason: 'looked at' } })).status).toBe(200);
    await agent.report(finished(spec));
    await agent.dispatchOf('A2', runId);
    // The first is only asked about once more: its agent knows the id.
    expect(agent.dispatches().map(({ spec: { executionId } }) => executionId)).toEqual([spec.executionId, `${runId}~A2~1~1`]);
  });

  it('does not know what was dispatched in it and is in nobody\'s hands, and gives no id of the lost stretch again', async () => {
    const copy = head();
    const runId = await server.startRun('S');
    await agent.execute('S1', 0, runId);
    await goBackTo(copy);
    agent.inventory = [];
    await agent.sayHello();
    await restored();
    await agent.connect();
    const next = await server.startRun('S');
    expect((await agent.dispatchOf('S1', next)).spec.executionId).toBe(`${next}~S1~1~1`);
  });

  it('is not said of a log that nobody knows more than, unless by force: open runs would be held for nothing', async () => {
    expect((await restored({ reason: 'r', force: false })).body).toMatchObject({ status: 409, code: 'log-not-behind' });
    expect(await server.events('&type=EpochBegan')).toEqual([]);
  });

  it('counts a repeat of the word as the same, and refuses one that was meant for another epoch', async () => {
    const key = { 'idempotency-key': 'restored-once' };
    const first = await restored({ reason: 'r', expect: { epoch: 0 } }, key);
    expect((await restored({ reason: 'r', expect: { epoch: 0 } }, key)).body).toEqual(first.body);
    expect((await log()).epoch).toBe(1);
    expect((await restored({ reason: 'r', expect: { epoch: 0 } })).body).toMatchObject({ status: 409, code: 'not-as-expected' });
    expect((await restored({})).status).toBe(400);
  });

  it('is told to an agent again when the answer was lost, and it gets what was dispatched meanwhile', async () => {
    const copy = head();
    await agent.execute('S1', 0, await server.startRun('S'));
    await goBackTo(copy);
    await restored();
    await getsWhatWasDispatchedAfterALostAnswer('log-restored');
  });

  it('is told to an agent that was served beyond where the log stands now: what stands there since was sent to nobody', async () => {
    const copy = head();
    for (let run = 0; run < 8; run += 1) await agent.execute('S1', 0, await server.startRun('S'));
    const { servedUpTo } = agent;
    await goBackTo(copy);
    await restored();
    await getsWhatWasDispatchedAfterALostAnswer('log-restored');
    expect(BigInt(servedUpTo)).toBeGreaterThan(head());
  });

  it('is told once more to an agent whose directory is put back as well: what it was sent since is not known to it', async () => {
    const copy = head();
    const [first, second, third] = Array.from({ length: 3 }, (_, index) => ({ id: randomUUID(), started: index, hello: 1 })) as [AgentProcess, AgentProcess, AgentProcess];
    await agent.goAway();
    await agent.connect({ process: first, openedBy: [first.id] });
    await agent.execute('S1', 0, await server.startRun('S'));
    const directory = { session: agent.session, servedUpTo: agent.servedUpTo, receipt: agent.receipt, epoch: agent.epoch, inventory: [...agent.inventory] };
    await goBackTo(copy);
    await restored();
    await agent.connect({ process: second, openedBy: [first.id, second.id] });
    const sent = await server.startRun('S');
    await agent.dispatchOf('S1', sent);
    await agent.goAway();
    Object.assign(agent, directory);
    await agent.connect({ process: third, openedBy: [first.id, third.id] });
    expect((await server.run(sent)).jobs[0]?.evidence.kind).toBe('unknown-to-agent');
  });

  it('that goes back behind a word about an earlier one needs a word of its own', async () => {
    const copy = head();
    await restored();
    agent.hangUp();
    await agent.connect();
    await agent.execute('S1', 0, await server.startRun('S'));
    await goBackTo(copy);
    expect((await agent.sayHello()).status).toBe(409);
    await restored();
    expect((await log()).epoch).toBe(2);
    await agent.connect();
  });

  it('keeps its runs held where a crash came between the holds and the epoch, and the word given again completes it', async () => {
    const runId = await server.startRun('S');
    const healed = server.store.beforeEveryAppend(async (stream) => {
      if (stream === 'log-kiroku') throw new StoreUnavailableError('the disk is full');
    });
    expect((await restored()).status).toBe(503);
    healed();
    server = await server.restart();
    expect([(await server.run(runId)).status, (await log()).epoch]).toEqual(['held', 0]);
    expect((await restored()).status).toBe(200);
    expect([(await log()).epoch, (await server.events('&type=RunHeldByRestore')).length]).toEqual([1, 1]);
  });
});

/** The session begins, and its agent does not hear of it. */
async function getsWhatWasDispatchedAfterALostAnswer(startsAnew: 'journal-rolled-back' | 'log-restored'): Promise<void> {
  expect((await agent.post('sessions', agent.hello())).status).toBe(201);
  const sent = await server.startRun('S');
  expect((await server.run(sent)).jobs[0]).toMatchObject({ state: 'dispatched' });
  expect((await agent.sayHello()).body).toMatchObject({ startsAnew: true });
  await agent.listen();
  await agent.dispatchOf('S1', sent);
  expect((await server.run(sent)).jobs[0]?.evidence.kind).not.toBe('unknown-to-agent');
  expect((await server.events('&type=AgentConnected')).map(({ data }) => (data as { startsAnew?: string }).startsAnew).slice(-2)).toEqual([startsAnew, undefined]);
  expect((await agent.sayHello()).body).toMatchObject({ startsAnew: false });
}

describe('an agent whose journal went back', () => {
  it('is told what has ended since, and that nothing told before counts', async () => {
    const { spec } = await agent.dispatchOf('S1', await server.startRun('S'));
    await agent.report(finished(spec));
    const { body } = await agent.sayHello({ inventory: [spec.executionId], open: [spec.executionId] });
    expect(body).toMatchObject({ mustNotBegin: [spec.executionId], startsAnew: true });
    expect((await server.events('&type=AgentConnected')).at(-1)?.data).toMatchObject({ startsAnew: 'journal-rolled-back' });
  });

  it('is known by an end that it told and neither holds nor has a receipt for: what it was sent since is not known, and never sent again', async () => {
    const before = { receipt: agent.receipt, servedUpTo: agent.servedUpTo };
    await agent.execute('S1', 0, await server.startRun('S'));
    const open = await server.startRun();
    await agent.dispatchOf('A1', open);
    await agent.goAway();
    Object.assign(agent, before, { inventory: [] });
    agent.frames.length = 0;
    await agent.connect();
    expect((await server.run(open)).jobs[0]).toMatchObject({ state: 'dispatched', evidence: { kind: 'unknown-to-agent' } });
    await agent.dispatchOf('S1', await server.startRun('S'));
    expect(agent.dispatches()).toHaveLength(1);
  });

  it('is known by the processes that have opened it, where it has told nothing: what it was sent is not sent again, what waits is lost', async () => {
    const [first, second, third, fourth] = Array.from({ length: 4 }, (_, index) => ({ id: randomUUID(), started: index, hello: 1 })) as [AgentProcess, AgentProcess, AgentProcess, AgentProcess];
    await agent.goAway();
    await agent.connect({ process: first, openedBy: [first.id] });
    const waiting = await agent.dispatchOf('A1', await server.startRun());
    const copy = { session: agent.session, servedUpTo: agent.servedUpTo, inventory: [...agent.inventory] };
    await agent.goAway();
    await agent.connect({ process: second, openedBy: [first.id, second.id] });
    const sent = await server.startRun();
    await agent.dispatchOf('A1', sent);
    await agent.goAway();
    Object.assign(agent, copy);
    agent.frames.length = 0;
    const open = [waiting.spec.executionId];
    // One process ends before it is heard. The next one's answer is lost, and it says another hello.
    const said = (hello: number) => ({ open, process: { ...fourth, hello }, openedBy: [first, third, fourth].map(({ id }) => id) });
    const { session } = agent;
    expect((await agent.sayHello(said(1))).body).toMatchObject({ startsAnew: true, mayHaveBegun: open });
    agent.session = session;
    expect((await agent.sayHello(said(2))).body).toMatchObject({ startsAnew: true, mayHaveBegun: open });
    await agent.listen();
    expect((await server.run(sent)).jobs[0]).toMatchObject({ state: 'dispatched', evidence: { kind: 'unknown-to-agent' } });
    await agent.dispatchOf('S1', await server.startRun('S'));
    expect(agent.dispatches().map(({ spec }) => spec.runId)).not.toContain(sent);
    expect((await agent.sayHello({ ...said(3), openedBy: [fourth.id] })).body).toMatchObject({ startsAnew: false, mayHaveBegun: [] });
  });

  it('is known by another journal that there was meanwhile: what waits in it may have begun before that', async () => {
    const { spec } = await agent.dispatchOf('S1', await server.startRun('S'));
    const open = [spec.executionId];
    const copy = agent.hello({ inventory: open, open });
    await agent.goAway();
    await agent.connect({ journalId: randomUUID(), journalSequence: 0, servedUpTo: '0', receipt: undefined, previousSession: undefined, inventory: [], open: [] });
    await agent.goAway();
    expect((await agent.post('sessions', copy)).body).toMatchObject({ startsAnew: true, mayHaveBegun: open });
  });

  it('is told so again when the answer was lost, and gets what was dispatched meanwhile', async () => {
    const { spec } = await agent.dispatchOf('S1', await server.startRun('S'));
    await agent.report(finished(spec));
    await agent.goAway();
    Object.assign(agent, { receipt: undefined, servedUpTo: '0', inventory: [] });
    agent.frames.length = 0;
    await getsWhatWasDispatchedAfterALostAnswer('journal-rolled-back');
  });

  it('is noticed once: what is sent to the journal that it has now is not lost to the next session', async () => {
    const asked = await server.startRun();
    const { spec } = await agent.dispatchOf('A1', asked);
    await agent.report(accepted(spec));
    await agent.execute('S1', 0, await server.startRun('S'));
    await agent.goAway();
    Object.assign(agent, { receipt: undefined, servedUpTo: '0', journalSequence: 0, journalId: randomUUID(), inventory: [] });
    await agent.connect();
    expect((await server.run(asked)).jobs[0]?.evidence.kind).toBe('unknown-to-agent');
    const open = await server.startRun('S');
    await agent.dispatchOf('S1', open);
    await agent.goAway();
    agent.frames.length = 0;
    // As a journal that has its session and nothing more.
    const { body } = await agent.sayHello({ servedUpTo: (await server.events('&type=AgentConnected')).at(-1)?.position ?? '0' });
    expect(body).toMatchObject({ startsAnew: false });
    await agent.listen();
    await agent.dispatchOf('S1', open);
  });

  it('is noticed once, also where what it forgot had been forgotten before, and was known after all', async () => {
    const asked = await server.startRun();
    const { spec } = await agent.dispatchOf('A1', asked);
    await agent.report(accepted(spec));
    const forget = () => Object.assign(agent, { receipt: undefined, servedUpTo: '0', journalSequence: 0, journalId: randomUUID(), inventory: [] });
    forget();
    await agent.goAway();
    await agent.connect();
    await agent.report(started(spec));
    await agent.goAway();
    forget();
    await agent.connect();
    await agent.goAway();
    expect((await agent.sayHello({ servedUpTo: (await server.events('&type=AgentConnected')).at(-1)?.position ?? '0' })).body).toMatchObject({ startsAnew: false });
  });

  it('is not suspected when only the acknowledgement of its newest end was lost', async () => {
    const { spec } = await agent.dispatchOf('S1', await server.startRun('S'));
    await agent.report(finished(spec));
    agent.receipt = undefined;
    const { body } = await agent.sayHello({ inventory: [spec.executionId], open: [] });
    expect(body).toMatchObject({ startsAnew: false, mustNotBegin: [] });
  });
});
