import type { Instant } from '#events/vocabulary';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MoodyEventStore } from '../../test-support/moody.event-store.js';
import { finished, overrun, ScriptedAgent, started, timedOut } from '../../test-support/scripted-agent.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { SimulatedClock } from '../../test-support/simulated-clock.js';
import { AgentsAhead } from '../log/agents-ahead.js';

const START = '2026-11-23T09:00:00.000Z';
const SECOND = 1_000;
const after = (seconds: number): string => new Date(Date.parse(START) + seconds * SECOND).toISOString();

let clock: SimulatedClock;
let server: ServerUnderTest;

beforeEach(() => { clock = new SimulatedClock(START); });
afterEach(closeServers);

/** One job under a jobnet, in flow style. */
async function begin(job: string, ofJobnet = ''): Promise<string> {
  server = await ServerUnderTest.start(new MoodyEventStore(), undefined, undefined, clock);
  await server.define(`jobnet: A\n${ofJobnet}\njobs:\n  A1: { command: ./x, agent: local, ${job} }\n`);
  return server.startRun();
}

async function typesOf(runId: string): Promise<string[]> {
  return (await server.events(`&stream=run-${runId}`)).map(({ type }) => type);
}

describe('a job with a delay', () => {
  it('says until when it waits, and is dispatched then', async () => {
    const runId = await begin('delaySeconds: 60');
    const agent = await ScriptedAgent.connected(server);
    const { jobs, nextDue } = await server.run(runId);
    expect(jobs).toMatchObject([{ state: 'delayed', dueAt: after(60), waitsFor: [`the end of its delay, at ${after(60)}`] }]);
    expect(nextDue).toEqual({ kind: 'delay', at: after(60) });
    await clock.advance(59 * SECOND);
    expect(agent.dispatches()).toEqual([]);
    await clock.advance(SECOND);
    expect((await agent.dispatchOf('A1')).spec.runId).toBe(runId);
    expect(await typesOf(runId)).toEqual(['RunStarted', 'JobDelayPassed', 'JobDispatched']);
    expect(await server.events('&type=JobDelayPassed')).toMatchObject([{ actor: { kind: 'server' }, reason: 'its delay is over', data: { due: after(60) } }]);
  });

  it('is dispatched by the next life of the server, late and once, where that was down', async () => {
    const runId = await begin('delaySeconds: 60');
    await server.halt();
    await clock.advance(3_600 * SECOND);
    server = await ServerUnderTest.start(server.store, server.data, undefined, clock);
    const agent = await ScriptedAgent.connected(server);
    await clock.advance(0);
    await agent.dispatchOf('A1', runId);
    server = await server.restart();
    await clock.advance(60 * SECOND);
    expect(await typesOf(runId)).toEqual(['RunStarted', 'JobDelayPassed', 'JobDispatched']);
  });

  it('is released by an operator before its time', async () => {
    const runId = await begin('delaySeconds: 60');
    await ScriptedAgent.connected(server);
    expect((await server.request('POST', `/api/v1/runs/${runId}/jobs/A1/release`, { body: { reason: 'it is urgent' } })).status).toBe(200);
    await clock.advance(60 * SECOND);
    expect(await typesOf(runId)).toEqual(['RunStarted', 'JobReleased', 'JobDispatched']);
  });

  it('is not begun twice by a clock that jumps, nor before its time', async () => {
    const runId = await begin('delaySeconds: 60');
    await clock.advance(-7_200 * SECOND);
    expect((await server.run(runId)).jobs[0]?.state).toBe('delayed');
    await clock.advance(7_260 * SECOND);
    expect((await server.run(runId)).jobs[0]?.state).toBe('ready');
    await clock.advance(-3_600 * SECOND);
    await clock.advance(7_200 * SECOND);
    expect(await typesOf(runId)).toEqual(['RunStarted', 'JobDelayPassed']);
  });

  it('is decided once by two servers on one log', async () => {
    const runId = await begin('delaySeconds: 60');
    const other = await ServerUnderTest.start(server.store, mkdtempSync(join(tmpdir(), 'kiroku-server-')), undefined, clock);
    await clock.advance(60 * SECOND);
    await Promise.all([clock.advance(SECOND), clock.advance(SECOND)]);
    expect(await typesOf(runId)).toEqual(['RunStarted', 'JobDelayPassed']);
    expect((await other.run(runId)).jobs[0]?.state).toBe('ready');
  });

  it('waits while the log denies what an agent knows', async () => {
    const runId = await begin('delaySeconds: 60');
    server.get(AgentsAhead).noticed({ agent: 'local', epoch: 0, position: '4711', at: START as Instant });
    await clock.advance(120 * SECOND);
    expect(await typesOf(runId)).toEqual(['RunStarted']);
    server.get(AgentsAhead).settled('local');
    await clock.advance(SECOND);
    expect(await typesOf(runId)).toEqual(['RunStarted', 'JobDelayPassed']);
  });

  it('is begun when the log can be written again', async () => {
    const runId = await begin('delaySeconds: 60');
    server.store.unavailable = true;
    await clock.advance(60 * SECOND);
    server.store.unavailable = false;
    await clock.advance(SECOND);
    expect(await typesOf(runId)).toEqual(['RunStarted', 'JobDelayPassed']);
  });
});

describe('a job that failed and has attempts left', () => {
  it('shows when the next one is due, and is dispatched then', async () => {
    const runId = await begin('retry: { limit: 2, delaySeconds: 30, backoff: 2 }');
    const agent = await ScriptedAgent.connected(server);
    await agent.execute('A1', 1);
    const run = await server.run(runId);
    expect(run).toMatchObject({ status: 'running', nextDue: { kind: 'retry', at: after(30) } });
    expect(run.jobs).toMatchObject([{ state: 'retrying', exitCode: 1, dueAt: after(30), waitsFor: [`its next attempt, at ${after(30)}`] }]);
    agent.frames.length = 0;
    await clock.advance(30 * SECOND);
    const { spec } = await agent.dispatchOf('A1');
    expect(spec.attempt).toBe(2);
    expect((await server.run(runId)).jobs[0]?.lastDecision).toMatchObject({ decision: 'rerun', policy: 'retry', actor: { kind: 'server' }, reason: 'its next attempt is due' });
    await agent.report(finished(spec, 1));
    expect((await server.run(runId)).jobs[0]).toMatchObject({ state: 'retrying', dueAt: after(90) });
  });

  it('is tried again over a restart of the server, once', async () => {
    const runId = await begin('retry: { limit: 1, delaySeconds: 30 }');
    const agent = await ScriptedAgent.connected(server);
    await agent.execute('A1', 1);
    agent.hangUp();
    server = await server.restart();
    await clock.advance(300 * SECOND);
    server = await server.restart();
    await clock.advance(300 * SECOND);
    expect((await typesOf(runId)).filter((type) => type === 'JobRerunRequested')).toHaveLength(1);
    expect((await server.run(runId)).jobs[0]).toMatchObject({ state: 'ready', attempt: 2 });
  });

  it('is tried again only after an exit code that its retry names', async () => {
    const runId = await begin('retry: { limit: 2, delaySeconds: 30, exitCodes: [75] }');
    const agent = await ScriptedAgent.connected(server);
    await agent.execute('A1', 75);
    expect((await server.run(runId)).jobs).toMatchObject([{ state: 'retrying', exitCode: 75 }]);
    agent.frames.length = 0;
    await clock.advance(30 * SECOND);
    await agent.report(finished((await agent.dispatchOf('A1')).spec, 1));
    await clock.advance(600 * SECOND);
    expect(await server.run(runId)).toMatchObject({ status: 'failing', jobs: [{ state: 'failed', exitCode: 1, attempt: 2 }] });
  });

  it('waits longer each time, and never longer than its longest wait', async () => {
    const runId = await begin('retry: { limit: 3, delaySeconds: 30, backoff: 4, maxDelaySeconds: 50 }');
    const agent = await ScriptedAgent.connected(server);
    const due: (string | undefined)[] = [];
    for (const wait of [30, 50, 50]) {
      await agent.report(finished((await agent.dispatchOf('A1')).spec, 1));
      due.push((await server.run(runId)).jobs[0]?.dueAt);
      agent.frames.length = 0;
      await clock.advance(wait * SECOND);
    }
    expect(due).toEqual([after(30), after(80), after(130)]);
  });

  it.each([{ on: 'failed', state: 'stopped' }, { on: 'stopped-by-timeout', state: 'retrying' }])('is tried again after its time-out only where that is written: $on', async ({ on, state }) => {
    const runId = await begin(`timeout: { seconds: 5 }, retry: { limit: 1, delaySeconds: 30, on: [${on}] }`);
    const agent = await ScriptedAgent.connected(server);
    await agent.report(timedOut((await agent.dispatchOf('A1')).spec));
    expect((await server.run(runId)).jobs[0]?.state).toBe(state);
    await clock.advance(30 * SECOND);
    expect((await typesOf(runId)).filter((type) => type === 'JobRerunRequested')).toHaveLength(state === 'retrying' ? 1 : 0);
  });

  it('is not tried again once an operator has skipped it', async () => {
    const runId = await begin('retry: { limit: 1, delaySeconds: 30 }');
    await (await ScriptedAgent.connected(server)).execute('A1', 1);
    await server.skip(runId, 'A1');
    await clock.advance(60 * SECOND);
    expect(await typesOf(runId)).toEqual(['RunStarted', 'JobDispatched', 'JobFinished', 'JobRetryPlanned', 'JobSkipped', 'RunFinished']);
  });
});

describe('a time-out', () => {
  it('travels with the dispatch, with the grace of a stop', async () => {
    await begin('timeout: { seconds: 5 }, stopGraceSeconds: 3');
    const { spec } = await (await ScriptedAgent.connected(server)).dispatchOf('A1');
    expect(spec.timeout).toEqual({ seconds: 5, then: 'stop', graceSeconds: 3 });
  });

  it('of a job is the agent\'s to keep: what it stopped is shown as that', async () => {
    const runId = await begin('timeout: { seconds: 5 }');
    const agent = await ScriptedAgent.connected(server);
    const { spec } = await agent.dispatchOf('A1');
    await clock.advance(3_600 * SECOND);
    expect((await server.run(runId)).jobs[0]?.state).toBe('dispatched');
    await agent.report(timedOut(spec));
    expect((await server.run(runId)).jobs).toMatchObject([{ state: 'stopped', timeout: { seconds: 5, then: 'stop' }, executions: [{ state: 'stopped', timedOut: true, exitCode: 143 }] }]);
  });

  it('that only warns is put on record once, and changes nothing', async () => {
    const runId = await begin('timeout: { seconds: 5, then: warn }');
    const agent = await ScriptedAgent.connected(server);
    const { spec } = await agent.dispatchOf('A1');
    await agent.report(started(spec));
    await agent.report(overrun(spec));
    await agent.report(overrun(spec));
    expect((await server.run(runId)).jobs).toMatchObject([{ state: 'running', executions: [{ state: 'running', overranAt: expect.any(String) as string }] }]);
    expect((await typesOf(runId)).filter((type) => type === 'JobOverran')).toHaveLength(1);
  });

  it('of a run stops it', async () => {
    const runId = await begin('', 'timeout: { seconds: 60 }');
    const agent = await ScriptedAgent.connected(server);
    await agent.dispatchOf('A1');
    await clock.advance(60 * SECOND);
    expect((await server.run(runId)).jobs).toMatchObject([{ pending: ['stop'], lastDecision: { decision: 'stop', policy: 'timeout', reason: 'the run has passed its time-out' } }]);
    expect(await server.events('&type=RunStopRequested')).toMatchObject([{ actor: { kind: 'server' }, data: { policy: 'timeout', due: after(60) } }]);
  });
});

describe('the deadlines of a run', () => {
  it('are warnings, each on record once', async () => {
    const runId = await begin('', 'deadline: { expectedSeconds: 60, latestStartSeconds: 30 }');
    await clock.advance(30 * SECOND);
    await clock.advance(45 * SECOND);
    server = await server.restart();
    await clock.advance(3_600 * SECOND);
    expect((await server.run(runId)).warnings).toEqual([{ kind: 'start-overdue', due: after(30), at: after(30) }, { kind: 'overran', due: after(60), at: after(75) }]);
    expect(await typesOf(runId)).toEqual(['RunStarted', 'RunStartOverdue', 'RunOverran']);
  });

  it('stop the run where that is written', async () => {
    const runId = await begin('', 'deadline: { latestStartSeconds: 30, then: stop }');
    await clock.advance(30 * SECOND);
    expect(await server.run(runId)).toMatchObject({ status: 'stopped' });
    expect(await typesOf(runId)).toEqual(['RunStarted', 'RunStartOverdue', 'RunStopRequested', 'RunFinished']);
  });
});

it('lets hundreds of delays end in one moment, each once', async () => {
  server = await ServerUnderTest.start(new MoodyEventStore(), undefined, undefined, clock);
  const jobs = Array.from({ length: 400 }, (_, index) => `  J${index}: { command: ./x, agent: local, delaySeconds: 60 }`);
  await server.define(`jobnet: A\njobs:\n${jobs.join('\n')}\n`);
  const runIds = [await server.startRun(), await server.startRun(), await server.startRun()];
  await clock.advance(60 * SECOND);
  for (const runId of runIds) expect((await server.run(runId)).jobs.filter(({ state }) => state === 'ready')).toHaveLength(400);
});
