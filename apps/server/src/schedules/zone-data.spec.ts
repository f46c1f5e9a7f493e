import { InMemoryEventStore } from '#event-store/in-memory.event-store';
import { MoodyEventStore } from '../../test-support/moody.event-store.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { SimulatedClock } from '../../test-support/simulated-clock.js';
import { ScheduleClock } from './schedule-clock.js';
import { ScheduledStarts } from './scheduled-starts.js';

let server: ServerUnderTest;
let clock: SimulatedClock;

beforeEach(async () => {
  clock = new SimulatedClock('2026-03-01T12:00:00.000Z');
  server = await ServerUnderTest.start(new MoodyEventStore(), undefined, 30, clock);
  await server.define('jobnet: A\njobs:\n  A1: { command: ./one, agent: local }\n');
});

afterEach(closeServers);

async function schedule(id: string): Promise<void> {
  const { status, text } = await server.request('PUT', `/api/v1/schedules/${id}`, { body: `schedule: ${id}\njobnet: A\ncron: "30 2 * * *"\ntimeZone: Europe/Berlin\n` });
  if (status >= 300) throw new Error(text);
}

async function settled(): Promise<void> {
  await server.get(ScheduleClock).sweep();
  await server.get(ScheduledStarts).sweep();
  await server.get(ScheduledStarts).sweep();
}

/** As a database has it by which the clocks of Berlin are an hour ahead. */
const AHEAD = { key: '2026-03-02T02:30', at: '2026-03-02T00:30:00.000Z', zoneData: '2010a' };
/** As one has it by which they never change. */
const UNCHANGED = { key: '2026-03-02T02:30', at: '2026-03-02T01:30:00.000Z', zoneData: '2010a', clocks: { until: '2027-03-01T00:00:00.000Z', offsets: [{ from: '2026-03-01T00:00:00.000Z', seconds: 3600 }] } };

/** The server is started on what an earlier one would have written, which had an older zone database. `broken` has a history that cannot be. */
async function updated(next: object, prepare: (store: MoodyEventStore) => void = () => undefined): Promise<void> {
  await server.halt();
  const log = new InMemoryEventStore();
  for (const { stream, revision, id, type, schemaVersion, data, metadata } of await server.store.events()) {
    const former = type === 'ScheduleDefined' ? { ...(data as object), next } : data;
    await log.append(stream, revision === 0 ? 'none' : revision - 1, [{ id, type, schemaVersion, data: former, metadata }]);
    if (stream === 'schedule-broken') await log.append(stream, revision, [{ id: `${id.slice(0, -3)}fff`, type: 'ScheduleResumed', schemaVersion: 1, data: {}, metadata }]);
  }
  const store = new MoodyEventStore(log);
  prepare(store);
  server = await ServerUnderTest.start(store, server.data, 30, clock);
  await settled();
}

const fate = async () => (await server.store.events()).map(({ type }) => type).filter((type) => ['OccurrenceStarted', 'RunStarted'].includes(type));

describe('a zone database that has the next start at another instant', () => {
  it('is noticed at the start of the server: the move is on record, and the start is at the instant that holds now, once', async () => {
    await schedule('nightly');
    await updated(AHEAD);
    const moves = await server.events('&type=OccurrenceMoved');
    expect(moves).toMatchObject([{ data: { key: '2026-03-02T02:30', from: '2026-03-02T00:30:00.000Z', to: '2026-03-02T01:30:00.000Z', formerZoneData: '2010a', zoneData: process.versions['tz'] } }]);
    await clock.advanceTo('2026-03-02T01:00:00.000Z');
    await settled();
    expect(await fate()).toEqual([]);
    await clock.advanceTo('2026-03-02T01:30:00.000Z');
    await settled();
    server = await server.restart();
    await settled();
    expect(await fate()).toEqual(['OccurrenceStarted', 'RunStarted']);
    expect(await server.events('&type=OccurrenceMoved')).toHaveLength(1);
  });

  it('is noticed, and what is due starts, also beside a schedule whose stream is closed', async () => {
    await schedule('broken');
    await schedule('nightly');
    await updated(AHEAD);
    expect(await server.store.typesOn('schedule-nightly')).toEqual(['ScheduleDefined', 'OccurrenceMoved']);
    await clock.advanceTo('2026-03-02T01:30:00.000Z');
    await settled();
    expect(await fate()).toEqual(['OccurrenceStarted', 'RunStarted']);
  });

  it('is noticed beside a move that cannot be written now, which is made up for', async () => {
    await schedule('slow');
    await schedule('nightly');
    let refused = 0;
    await updated(AHEAD, (store) => store.beforeEveryAppend(async (stream) => {
      if (stream !== 'schedule-slow' || refused > 0) return;
      refused += 1;
      throw new Error('this one cannot be');
    }));
    await clock.advanceTo('2026-03-02T01:30:00.000Z');
    await settled();
    expect(refused).toBe(1);
    for (const id of ['nightly', 'slow']) expect(await server.store.typesOn(`schedule-${id}`)).toEqual(['ScheduleDefined', 'OccurrenceMoved', 'OccurrenceStarted']);
  });
});

describe('a zone database that has later starts at other instants, and the next one where it was', () => {
  it('is noticed at once: the first start that it moves is on record, one time', async () => {
    await schedule('nightly');
    await updated(UNCHANGED);
    const moves = [{ data: { key: '2026-03-29T02:30', from: '2026-03-29T01:30:00.000Z', to: '2026-03-29T01:00:00.000Z', formerZoneData: '2010a', next: { key: '2026-03-02T02:30', at: '2026-03-02T01:30:00.000Z' } } }];
    expect(await server.events('&type=OccurrenceMoved')).toMatchObject(moves);
    server = await server.restart();
    await clock.advanceTo('2026-03-02T01:30:00.000Z');
    await settled();
    expect(await fate()).toEqual(['OccurrenceStarted', 'RunStarted']);
    expect(await server.events('&type=OccurrenceMoved')).toHaveLength(1);
  });

  it('is noticed before anything is decided by it, also where its clock has not come to look', async () => {
    await schedule('nightly');
    await updated(AHEAD, (store) => store.refuseAppends('schedule-'));
    server.store.beforeEveryAppend(async () => undefined);
    const { status } = await server.request('POST', '/api/v1/schedules/nightly/pause', { body: { reason: 'a test' } });
    expect(status).toBe(200);
    expect(await server.store.typesOn('schedule-nightly')).toEqual(['ScheduleDefined', 'OccurrenceMoved', 'SchedulePaused']);
  });

  it('is not noticed where nothing was foretold; what this one foretells is on record with the next decision', async () => {
    await schedule('nightly');
    await updated({ ...UNCHANGED, clocks: undefined });
    await clock.advanceTo('2026-03-02T01:30:00.000Z');
    await settled();
    expect(await server.events('&type=OccurrenceMoved')).toEqual([]);
    expect(await server.events('&type=OccurrenceStarted')).toMatchObject([{ data: { next: { zoneData: process.versions['tz'], clocks: { offsets: [{ seconds: 3600 }, { from: '2026-03-29T01:00:00.000Z', seconds: 7200 }, { seconds: 3600 }, { seconds: 7200 }] } } } }]);
  });
});

it('what is foretold of the clocks is on record from the beginning, and anew when half of it is over', async () => {
  await schedule('nightly');
  for (let day = 0; day < 210; day += 1) await clock.advance(24 * 3_600_000);
  await settled();
  const foretold = (await server.store.events('schedule-nightly')).filter(({ data }) => (data as { next?: { clocks?: object } }).next?.clocks !== undefined);
  expect(foretold.map(({ type, metadata: { at } }) => `${type} ${at.slice(0, 10)}`)).toEqual(['ScheduleDefined 2026-03-01', 'OccurrenceStarted 2026-09-17']);
});
