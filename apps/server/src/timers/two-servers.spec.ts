import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MoodyEventStore } from '../../test-support/moody.event-store.js';
import { ScriptedAgent } from '../../test-support/scripted-agent.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { SimulatedClock } from '../../test-support/simulated-clock.js';
import { ClockLease } from '../servers/clock-lease.js';

const SECOND = 1_000;

let clock: SimulatedClock;
let one: ServerUnderTest;
let two: ServerUnderTest;

beforeEach(async () => {
  clock = new SimulatedClock('2026-11-23T09:00:00.000Z');
  one = await ServerUnderTest.start(new MoodyEventStore(), undefined, undefined, clock);
  two = await ServerUnderTest.start(one.store, mkdtempSync(join(tmpdir(), 'kiroku-server-')), undefined, clock);
  // Safety never rests on the lease (law 8): on a store that is for one server alone, both believe that they hold it.
  expect([one, two].map((server) => server.get(ClockLease).letsTimePass)).toEqual([true, true]);
});
afterEach(closeServers);

/** One job under a jobnet, in flow style. */
async function begin(job: string, ofJobnet = ''): Promise<string> {
  await one.define(`jobnet: A\n${ofJobnet}\njobs:\n  A1: { command: ./x, agent: local, ${job} }\n`);
  return one.startRun();
}

/** What is due then is looked at by both, more than once. */
async function pass(seconds: number): Promise<void> {
  await clock.advance(seconds * SECOND);
  await Promise.all([clock.advance(SECOND), clock.advance(SECOND)]);
}

const typesOf = async (runId: string) => (await one.events(`&stream=run-${runId}`)).map(({ type }) => type);

describe('what the clock brings is on record once with two servers that both mind it', () => {
  it('the next attempt of a job', async () => {
    const runId = await begin('retry: { limit: 1, delaySeconds: 30 }');
    const agent = await ScriptedAgent.connected(one);
    await agent.execute('A1', 1);
    await pass(30);
    expect(await typesOf(runId)).toEqual(['RunStarted', 'JobDispatched', 'JobFinished', 'JobRetryPlanned', 'JobRerunRequested', 'JobDispatched']);
  });

  it('the time-out of a run', async () => {
    const runId = await begin('', 'timeout: { seconds: 60 }');
    await (await ScriptedAgent.connected(one)).dispatchOf('A1');
    await pass(60);
    expect(await typesOf(runId)).toEqual(['RunStarted', 'JobDispatched', 'RunStopRequested', 'JobStopRequested']);
  });

  it('its expected end and its latest start', async () => {
    const runId = await begin('', 'deadline: { expectedSeconds: 60, latestStartSeconds: 30 }');
    await pass(30);
    await pass(30);
    expect(await typesOf(runId)).toEqual(['RunStarted', 'RunStartOverdue', 'RunOverran']);
  });

  it('its latest start that stops it', async () => {
    const runId = await begin('', 'deadline: { latestStartSeconds: 30, then: stop }');
    await pass(30);
    expect(await typesOf(runId)).toEqual(['RunStarted', 'RunStartOverdue', 'RunStopRequested', 'RunFinished']);
    expect((await two.run(runId)).status).toBe('stopped');
  });

  it('its expected end that stops what is out', async () => {
    const runId = await begin('', 'deadline: { expectedSeconds: 60, then: stop }');
    await (await ScriptedAgent.connected(one)).dispatchOf('A1');
    await pass(60);
    expect(await typesOf(runId)).toEqual(['RunStarted', 'JobDispatched', 'RunOverran', 'RunStopRequested', 'JobStopRequested']);
  });
});
