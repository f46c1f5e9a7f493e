import { randomUUID } from 'node:crypto';
import { CommandBus } from '@nestjs/cqrs';
import { StoreUnavailableError } from '#event-store/event-store.errors';
import type { ScheduleView } from '#protocol/schedules';
import { MoodyEventStore } from '../../test-support/moody.event-store.js';
import { restoredTo } from '../../test-support/restored-log.js';
import { ScriptedAgent } from '../../test-support/scripted-agent.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { SimulatedClock } from '../../test-support/simulated-clock.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { AdmitNext } from './commands/admit-next.handler.js';
import { AdmitRun } from './commands/admit-run.handler.js';
import { ScheduleClock } from './schedule-clock.js';
import { ScheduledStarts } from './scheduled-starts.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let server: ServerUnderTest;
let clock: SimulatedClock;

beforeEach(async () => {
  clock = new SimulatedClock('2026-03-01T12:00:00.000Z');
  server = await ServerUnderTest.start(new MoodyEventStore(), undefined, 30, clock);
  await server.define('jobnet: A\njobs:\n  A1: { command: ./one, agent: local }\n');
});

afterEach(closeServers);

async function schedule(rest: string, id = 'nightly'): Promise<void> {
  const { status, text } = await server.request('PUT', `/api/v1/schedules/${id}`, { body: `schedule: ${id}\njobnet: A\n${rest}` });
  if (status >= 300) throw new Error(text);
}

async function settled(which = server): Promise<void> {
  await which.get(ScheduleClock).sweep();
  await which.get(ScheduledStarts).sweep();
  await which.get(ScheduledStarts).sweep();
}

/** What an occurrence came to, on whatever stream, in order. */
const fate = async () => (await server.store.events()).map(({ type }) => type).filter((type) => ['OccurrenceStarted', 'OccurrenceMissed', 'RunAdmitted', 'RunStarted', 'OccurrenceNotStarted'].includes(type));

describe('what was begun of an occurrence when the store was gone', () => {
  const steps = [
    { before: 'OccurrenceStarted', prefix: 'schedule-', written: [] },
    { before: 'RunAdmitted', prefix: 'jobnet-', written: ['OccurrenceStarted'] },
    { before: 'RunStarted', prefix: 'run-', written: ['OccurrenceStarted', 'RunAdmitted'] },
  ];

  it.each(steps)('is completed by the next look, once: before $before', async ({ prefix, written }) => {
    await schedule('cron: "30 2 * * *"\noverlap: skip\n');
    const healed = server.store.refuseAppends(prefix);
    await clock.advance(DAY);
    await server.get(ScheduledStarts).sweep();
    expect(await fate()).toEqual(written);
    healed();
    await settled();
    expect(await fate()).toEqual(['OccurrenceStarted', 'RunAdmitted', 'RunStarted']);
  });

  it.each(steps)('is completed by the next life of the server, once: before $before', async ({ prefix, written }) => {
    await schedule('cron: "30 2 * * *"\noverlap: skip\n');
    const healed = server.store.refuseAppends(prefix);
    await clock.advance(DAY);
    await server.get(ScheduledStarts).sweep();
    await server.halt();
    expect(await fate()).toEqual(written);
    healed();
    server = await server.restart();
    await settled();
    expect(await fate()).toEqual(['OccurrenceStarted', 'RunAdmitted', 'RunStarted']);
  });

  it.each(['schedule-', 'jobnet-', 'run-'])('is not written again where only the acknowledgement was lost (%s)', async (prefix) => {
    await schedule('cron: "30 2 * * *"\noverlap: skip\n');
    let isLost = false;
    server.store.beforeEveryAppend(async (stream) => {
      if (isLost || !stream.startsWith(prefix)) return;
      isLost = true;
      const { events } = server.store.asked.at(-1) ?? { events: [] };
      const recorded = await server.store.events(stream);
      await server.store.log.append(stream, recorded.length === 0 ? 'none' : recorded.length - 1, events);
      throw new StoreUnavailableError('the answer was lost');
    });
    await clock.advance(DAY);
    await settled();
    await settled();
    expect(isLost).toBe(true);
    expect(await fate()).toEqual(['OccurrenceStarted', 'RunAdmitted', 'RunStarted']);
  });

  it('is looked at again after a while, not without a pause: what is due stays due', async () => {
    await schedule('cron: "30 2 * * *"\n');
    const healed = server.store.refuseAppends('schedule-');
    await clock.advance(DAY);
    const tries = server.store.asked.filter(({ stream }) => stream === 'schedule-nightly').length;
    expect(tries).toBeLessThan(10);
    healed();
    await clock.advance(1_000);
    await settled();
    expect(await fate()).toEqual(['OccurrenceStarted', 'RunStarted']);
  });
});

describe('a schedule whose decision cannot be written', () => {
  it('keeps no other from deciding', async () => {
    for (const id of ['first', 'second']) await schedule('cron: "30 2 * * *"\n', id);
    server.store.beforeEveryAppend(async (stream) => {
      if (stream === 'schedule-first') throw new Error('this one cannot be');
    });
    await clock.advance(DAY);
    await settled();
    expect((await server.store.events('schedule-second')).map(({ type }) => type)).toContain('OccurrenceStarted');
  });

  it('is none because it is long: much that is due is decided in parts that an append can hold', async () => {
    const jobnets = Array.from({ length: 40 }, (_, index) => `a-jobnet-with-a-long-name-of-its-own-${index}`);
    for (const jobnet of jobnets) await server.define(`jobnet: ${jobnet}\njobs:\n  A1: { command: ./one, agent: local }\n`);
    const { status } = await server.request('PUT', '/api/v1/schedules/wide', { body: `schedule: wide\njobnet: [${jobnets.join(', ')}]\nevery: 10s\nfrom: "13:00"\nuntil: "13:30"\nmisfire: runAll\noverlap: skip\n` });
    expect(status).toBe(201);
    await server.halt();
    await clock.advance(3 * HOUR);
    server = await server.restart();
    for (let turn = 0; turn < 20; turn += 1) await server.get(ScheduleClock).sweep();
    expect((await server.store.typesOn('schedule-wide')).filter((type) => type === 'OccurrenceStarted')).toHaveLength(181);
  }, 60_000);
});

describe('a schedule that catches up with a long row', () => {
  it('is paused at once: what is left of the row is skipped, on record, and it is resumed and retired after that', async () => {
    await schedule('every: 1s\nmisfire: ask\n');
    await server.halt();
    await clock.advance(2 * HOUR);
    const healed = server.store.refuseAppends('schedule-');
    server = await server.restart();
    // Faster than its clock, which has only begun.
    server.get(ScheduleClock).onApplicationShutdown();
    healed();
    expect(await server.request('POST', '/api/v1/schedules/nightly/retire', { body: { reason: 'wrong' } })).toMatchObject({ status: 409, body: { code: 'schedule-catching-up' } });
    expect((await server.request('POST', '/api/v1/schedules/nightly/pause', { body: { reason: 'too much' } })).status).toBe(200);
    server = await server.restart();
    for (let turn = 0; turn < 20; turn += 1) await server.get(ScheduleClock).sweep();
    const decided = await server.store.events('schedule-nightly');
    const paused = decided.findIndex(({ type }) => type === 'SchedulePaused');
    const asked = decided.filter(({ type }) => type === 'OccurrenceMissed').length;
    const skipped = decided.slice(paused + 1).map(({ type, data }) => ({ type, ...(data as { count: number; because: string }) }));
    expect(new Set(skipped.map(({ type, because }) => `${type} ${because}`))).toEqual(new Set(['OccurrencesSkipped paused']));
    expect(asked + skipped.reduce((sum, { count }) => sum + count, 0)).toBe(7_200);
    expect(asked).toBeLessThanOrEqual(800); // its clock had one append under way
    for (const word of ['resume', 'retire']) expect((await server.request('POST', `/api/v1/schedules/nightly/${word}`, { body: { reason: 'as it was meant' } })).status).toBe(200);
  });
});

describe('two servers that look at the same time', () => {
  it.each(['allow', 'skip', 'queue'])('start one run of each occurrence between them (overlap %s)', async (overlap) => {
    const other = await ServerUnderTest.start(server.store, server.data, 30, clock);
    for (const id of ['one', 'two', 'three']) await schedule(`every: 20m\nfrom: "13:00"\nuntil: "16:00"\nmisfire: runAll\noverlap: ${overlap}\n`, id);
    // Whoever decides is held up until both have.
    let held = 0;
    server.store.beforeEveryAppend(async () => {
      held += 1;
      for (let turn = 0; turn < 3 + (held % 4); turn += 1) await new Promise((resolve) => setImmediate(resolve));
    });
    for (let turn = 0; turn < 16; turn += 1) {
      await clock.advance(900_000);
      await Promise.all([other, server].flatMap((each) => [each.get(ScheduleClock).sweep(), each.get(ScheduledStarts).sweep()]));
    }
    await Promise.all([settled(), settled(other)]);
    const events = await server.store.events();
    const decided = events.filter(({ type }) => type === 'OccurrenceStarted').map(({ stream, data }) => `${stream} ${(data as { occurrence: { key: string } }).occurrence.key}`);
    expect([decided.length, new Set(decided).size]).toEqual([30, 30]);
    const fates = events.filter(({ type }) => ['RunStarted', 'RunPassedOver', 'RunQueued'].includes(type)).map(({ data }) => (data as { runId: string }).runId);
    const admitted = events.filter(({ type }) => type === 'RunAdmitted').length;
    expect([fates.length, new Set(fates).size, admitted]).toEqual([30, 30, overlap === 'allow' ? 0 : 1]);
  });
});

describe('a server whose list of what is to be started is old', () => {
  it('queues nothing again that another one has dropped, passed over, or let in and seen end', async () => {
    await schedule('every: 20m\nfrom: "13:00"\nuntil: "16:00"\nmisfire: runAll\noverlap: replace\n');
    // It has the job of the first one, and does not stop it.
    await ScriptedAgent.connected(server);
    await clock.advanceTo('2026-03-01T13:50:00.000Z');
    await settled();
    const started = await server.store.events('schedule-');
    const runIds = started.filter(({ type }) => type === 'OccurrenceStarted').map(({ data }) => (data as { runs: { runId: string }[] }).runs[0]?.runId ?? '');
    const before = await server.store.typesOn('jobnet-');
    expect(before).toEqual(['JobnetDefined', 'RunAdmitted', 'RunQueued', 'QueuedRunDropped', 'RunQueued']);
    const envelope = { commandId: randomUUID(), actor: { kind: 'server', id: 'a zombie' } } as const;
    for (const runId of runIds) await server.get(CommandBus).execute(new AdmitRun('A', { runId, schedule: 'nightly', key: 'k', overlap: 'replace' }, envelope));
    expect(runIds).toHaveLength(3);
    expect(await server.store.typesOn('jobnet-')).toEqual(before);
  });

  it('lets nothing in beside a run that it does not see yet', async () => {
    await schedule('every: 20m\nfrom: "13:00"\nuntil: "16:00"\nmisfire: runAll\noverlap: queue\n');
    const store = new MoodyEventStore(server.store.log);
    const other = await ServerUnderTest.start(store, server.data, 30, new SimulatedClock('2026-03-01T12:00:00.000Z'));
    const release = store.holdSubscriptions();
    await clock.advanceTo('2026-03-01T13:30:00.000Z');
    await settled();
    // It finds the first one admitted on the jobnet's stream, and neither its run nor that a schedule wanted it.
    const asked = other.get(CommandBus).execute(new AdmitNext('A', { commandId: randomUUID(), actor: { kind: 'server', id: 'other' } }));
    await other.request('GET', '/healthz');
    release();
    await asked;
    expect((await server.store.typesOn('jobnet-')).filter((type) => type === 'RunAdmitted')).toHaveLength(1);
  });
});

describe('a log that was put back', () => {
  it('asks about what was due until an operator said so, and holds what it had started before an agent could tell: nothing runs by itself', async () => {
    const agent = await ScriptedAgent.connected(server);
    await schedule('cron: "30 2,3 * * *"\nmisfire: runAll\n');
    const copy = server.get(LogFollower).position;
    await clock.advanceTo('2026-03-02T02:30:00.000Z');
    await settled();
    const runId = (await server.read<{ items: { runId: string }[] }>('/api/v1/runs')).items[0]?.runId ?? '';
    await agent.execute('A1', 0, runId);
    server = await restoredTo(server, copy, clock);
    await settled();
    agent.server = server;
    agent.frames.length = 0;
    agent.inventory = [];
    // The server cannot know yet. The run has the same id as the one that was lost.
    expect(await fate()).toEqual(['OccurrenceStarted', 'RunStarted']);
    expect((await agent.sayHello()).status).toBe(409);
    await clock.advance(2 * HOUR);
    await settled();
    expect(await fate()).toEqual(['OccurrenceStarted', 'RunStarted']);
    await server.request('POST', '/api/v1/log/restored', { body: { reason: 'restored from the last copy' } });
    await clock.advance(60_000);
    await settled();
    await agent.connect();
    await settled();
    expect(await fate()).toEqual(['OccurrenceStarted', 'RunStarted', 'OccurrenceMissed']);
    expect((await server.read<ScheduleView>('/api/v1/schedules/nightly')).asked.map(({ key }) => key)).toEqual(['2026-03-02T03:30']);
    expect(await server.run(runId)).toMatchObject({ status: 'held' });
    expect(agent.dispatches()).toEqual([]);
    await clock.advance(DAY);
    await settled();
    expect(await fate()).toEqual(['OccurrenceStarted', 'RunStarted', 'OccurrenceMissed', 'OccurrenceStarted', 'OccurrenceStarted', 'RunStarted', 'RunStarted']);
  });

  it('starts no run that had waited and may have run in the stretch that was lost: that is on record, and a backfill starts it', async () => {
    const agent = await ScriptedAgent.connected(server);
    await schedule('cron: "30 2,3 * * *"\noverlap: queue\n');
    await clock.advanceTo('2026-03-02T02:30:00.000Z');
    await settled();
    await clock.advanceTo('2026-03-02T03:30:00.000Z');
    await settled();
    const copy = server.get(LogFollower).position;
    const [first = '', ...others] = (await server.read<{ items: { runId: string }[] }>('/api/v1/runs')).items.map(({ runId }) => runId);
    expect(others).toEqual([]);
    await agent.execute('A1', 0, first);
    await settled();
    const second = (await server.read<{ items: { runId: string }[] }>('/api/v1/runs')).items.map(({ runId }) => runId).find((runId) => runId !== first) ?? '';
    await agent.execute('A1', 0, second);
    server = await restoredTo(server, copy, clock);
    agent.server = server;
    agent.frames.length = 0;
    agent.inventory = [];
    await agent.sayHello();
    await server.request('POST', '/api/v1/log/restored', { body: { reason: 'restored from the last copy' } });
    await agent.connect();
    await server.request('POST', `/api/v1/runs/${first}/release`, { body: { reason: 'looked at' } });
    await server.skip(first, 'A1');
    await settled();
    expect((await server.events('&type=OccurrenceNotStarted')).map(({ data }) => data)).toMatchObject([{ key: '2026-03-02T03:30', runId: second, code: 'log-restored' }]);
    expect((await server.store.events(`run-${second}`)).length).toBe(0);
    await clock.advance(60_000);
    const body = { from: '2026-03-02T03:00:00.000Z', until: '2026-03-02T03:31:00.000Z', reason: 'it is to run again' };
    expect(await server.request('POST', '/api/v1/schedules/nightly/backfill', { body })).toMatchObject({ status: 200, body: { started: 1, already: 0 } });
    await settled();
    expect(await server.store.typesOn(`run-${second}`)).toEqual(['RunStarted', 'JobDispatched']);
    expect(await server.request('POST', '/api/v1/schedules/nightly/backfill', { body })).toMatchObject({ status: 200, body: { started: 0, already: 1 } });
  });
});

describe('a clock that jumps back', () => {
  it('starts nothing twice: what was decided is decided, also for the next life of the server', async () => {
    await schedule('cron: "0 * * * *"\nmisfire: runAll\n');
    await clock.advance(5 * HOUR + 60_000);
    await settled();
    const before = await fate();
    await clock.advance(-3 * HOUR);
    for (let turn = 0; turn < 3; turn += 1) {
      await clock.advance(HOUR);
      server = await server.restart();
      await settled();
    }
    expect(await fate()).toEqual(before);
    await clock.advance(HOUR);
    await settled();
    expect((await fate()).length).toBe(before.length + 2);
  });
});
