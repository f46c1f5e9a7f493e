import type { Inventory, InventoryAnswer } from '#protocol/agent-link';
import { accepted, finished, neverStarted, ScriptedAgent, started } from '../../../test-support/scripted-agent.js';
import { CHAIN, closeServers, ServerUnderTest } from '../../../test-support/server-under-test.js';

let server: ServerUnderTest;
let agent: ScriptedAgent;
let runId: string;
let executionId: string;

beforeEach(async () => {
  server = await ServerUnderTest.start();
  await server.define(CHAIN);
  agent = await ScriptedAgent.connected(server);
  runId = await server.startRun();
  ({ spec: { executionId } } = await agent.dispatchOf('A1', runId));
});

afterEach(closeServers);

/** What the agent would say now, unless it says otherwise. */
async function say(differing: Partial<Inventory> = {}): Promise<boolean> {
  const { inventory, servedUpTo, session = 0 } = agent;
  const { status, text, body } = await agent.post<InventoryAnswer>('inventory', { session, inventory, servedUpTo, open: inventory, waiting: [], stopping: [], ...differing });
  if (status !== 200) throw new Error(`${status} ${text}`);
  return body.renew;
}

async function sayTwice(differing: Partial<Inventory> = {}): Promise<boolean[]> {
  return [await say(differing), await say(differing)];
}

const NOTHING = { inventory: [], open: [] };
const stop = () => server.request('POST', `/api/v1/runs/${runId}/jobs/A1/stop`, { body: { reason: 'enough' } });
const abandon = () => server.request('POST', `/api/v1/executions/${executionId}/abandon`, { body: { reason: 'nobody waits' } });
const of = () => ({ executionId, runId, jobId: 'A1' });

describe('an inventory that is as the log has it', () => {
  it.each<[string, () => Promise<unknown>, () => Partial<Inventory>]>([
    ['an execution whose report is on its way', async () => undefined, () => ({})],
    ['one that runs', () => agent.report(accepted(of()), started(of())), () => ({})],
    ['one that has ended, and is held until the receipt is written', () => agent.report(finished(of())), () => ({ open: [] })],
    ['one that is being stopped', async () => { await agent.report(started(of())); await stop(); }, () => ({ stopping: [executionId] })],
    ['one that ended while the stop was on its way', async () => { await agent.report(started(of())); await stop(); }, () => ({ open: [] })],
    ['one that was abandoned and runs on', async () => { await agent.report(started(of())); await abandon(); }, () => ({})],
    ['one that was called off and has begun meanwhile', async () => { await agent.report(accepted(of())); await server.skip(runId, 'A1'); }, () => ({})],
    ['one that it no longer has, of which that is known', async () => { agent.inventory = []; await agent.connect(); }, () => ({})],
    ['one that was called off before it began', async () => { await server.skip(runId, 'A1'); await agent.report(neverStarted(of())); await agent.dispatchOf('A2', runId); agent.inventory = agent.inventory.slice(1); }, () => ({})],
  ])('renews nothing and writes nothing: %s', async (_what, before, differing) => {
    await before();
    const length = (await server.store.events()).length;
    expect(await sayTwice(differing())).toEqual([false, false]);
    expect(await server.store.events()).toHaveLength(length);
  });
});

describe('an inventory that differs from the log', () => {
  it.each<[string, () => Promise<unknown>, () => Partial<Inventory>]>([
    ['a dispatch did not arrive', async () => undefined, () => ({ ...NOTHING, servedUpTo: '0' })],
    ['what it was given is not in its hands', () => agent.report(started(of())), () => NOTHING],
    ['it holds as open what has ended', () => agent.report(finished(of())), () => ({})],
    ['a stop did not arrive', async () => { await agent.report(started(of())); await stop(); }, () => ({})],
    ['a cancel did not arrive', async () => { await agent.report(accepted(of())); await server.skip(runId, 'A1'); }, () => ({ waiting: [executionId] })],
    ['that it was abandoned did not arrive', async () => { await agent.report(accepted(of())); await abandon(); }, () => ({ waiting: [executionId] })],
  ])('renews the session the second time in a row, and writes nothing: %s', async (_what, before, differing) => {
    await before();
    const length = (await server.store.events()).length;
    expect(await sayTwice(differing())).toEqual([false, true]);
    expect(await server.store.events()).toHaveLength(length);
  });

  it('once is no difference: a message was on its way', async () => {
    const answers = [await say(NOTHING), await say(), await say(NOTHING), await say()];
    expect(answers).toEqual([false, false, false, false]);
  });

  it('is counted anew in another session', async () => {
    const lost = { ...NOTHING, servedUpTo: '0' };
    await say(lost);
    agent.servedUpTo = '0';
    agent.inventory = [];
    await agent.connect();
    expect(await say(lost)).toBe(false);
    expect(await say(lost)).toBe(true);
  });

  it('and goes on differing is no reason for a third session, until it has been gone once', async () => {
    const lost = { ...NOTHING, servedUpTo: '0' };
    expect(await sayTwice(lost)).toEqual([false, true]);
    Object.assign(agent, { servedUpTo: '0', inventory: [] });
    await agent.connect();
    expect([...await sayTwice(lost), ...await sayTwice(lost)]).toEqual([false, false, false, false]);
    agent.inventory = [executionId];
    expect(await say()).toBe(false);
    expect(await sayTwice(lost)).toEqual([false, true]);
  });

  it('is settled by the next hello: a dispatch that was lost is handed over then', async () => {
    expect(await sayTwice({ ...NOTHING, servedUpTo: '0' })).toEqual([false, true]);
    Object.assign(agent, { servedUpTo: '0', inventory: [] });
    agent.frames.length = 0;
    await agent.connect();
    expect((await agent.dispatchOf('A1', runId)).spec.executionId).toBe(executionId);
    expect(await sayTwice()).toEqual([false, false]);
  });
});

it('an inventory of a session that is over is refused', async () => {
  const { session } = agent;
  await agent.connect();
  expect(await agent.post('inventory', { session, servedUpTo: '0', inventory: [], open: [], waiting: [], stopping: [] })).toMatchObject({ status: 409, body: { code: 'session-over' } });
});

it('an inventory is taken from the agent that the path names, and from nobody else', async () => {
  const other = await ScriptedAgent.connected(server, { name: 'other' });
  expect((await agent.post('inventory', { session: 0 }, other.credential)).status).toBe(403);
  expect((await agent.post('inventory', { session: 0 }, server.tokenIn('operator.token'))).status).toBe(403);
});
