import { MoodyEventStore } from '../../test-support/moody.event-store.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { SimulatedClock } from '../../test-support/simulated-clock.js';
import { ScheduleClock } from './schedule-clock.js';

let server: ServerUnderTest;
let clock: SimulatedClock;

beforeEach(async () => {
  clock = new SimulatedClock('2026-03-01T12:00:00.000Z');
  server = await ServerUnderTest.start(new MoodyEventStore(), undefined, 30, clock);
  await server.define('jobnet: A\njobs:\n  A1: { command: ./one, agent: away }\n');
  await calendar('workdays', 'mon-fri');
  await calendar('own', '{ calendar: workdays }');
});

afterEach(closeServers);

async function put(path: string, body: string): Promise<void> {
  const { status, text } = await server.request('PUT', `/api/v1/${path}`, { body });
  if (status >= 300) throw new Error(text);
}

const calendar = (id: string, days: string, description = 'days') => put(`calendars/${id}`, `calendar: ${id}\ndescription: ${description}\ndays: ${days}\n`);
const schedule = (rest: string) => put('schedules/nightly', `schedule: nightly\njobnet: A\ncalendar: own\n${rest}`);

/** Nothing is decided meanwhile: as while no server leads, a word after a restore is awaited, or much is made up for. */
async function undecidedUntil(time: string): Promise<() => Promise<void>> {
  const healed = server.store.refuseAppends('schedule-');
  await clock.advanceTo(time);
  return async () => {
    healed();
    await server.get(ScheduleClock).sweep();
  };
}

async function decisions(): Promise<string[]> {
  return (await server.events('&stream=schedule-nightly')).filter(({ type }) => type.startsWith('Occurrence')).map(({ type, data }) => {
    const { occurrence, because } = data as { occurrence: { key: string }; because: string };
    return `${type.replace('Occurrence', '').toLowerCase()} ${occurrence.key} ${because}`;
  });
}

describe('what was due, and not decided, before a calendar changed', () => {
  it.each([
    { change: 'its description', days: 'mon-fri', description: 'other words' },
    { change: 'the days to come', days: '{ and: [mon-fri, { not: 2026-03-04 }] }', description: 'days' },
    { change: 'that very day, which it closes', days: '{ and: [mon-fri, { not: 2026-03-03 }] }', description: 'days' },
  ])('is decided all the same, by what held then: it changes $change', async ({ days, description }) => {
    await schedule('at: ["02:30", "20:00"]\nmisfire: ask\n');
    const heal = await undecidedUntil('2026-03-03T12:00:00.000Z');
    await calendar('workdays', days, description);
    await heal();
    expect(await decisions()).toEqual(['missed 2026-03-02T02:30 policy', 'missed 2026-03-02T20:00 policy', 'missed 2026-03-03T02:30 policy']);
  });

  it('is decided by each of several versions for its time, also by the next life of the server, and once', async () => {
    await schedule('at: ["02:30", "20:00"]\nmisfire: ask\n');
    await undecidedUntil('2026-03-02T12:00:00.000Z');
    await calendar('workdays', '{ and: [mon-fri, { not: [2026-03-02, 2026-03-03] }] }');
    await clock.advanceTo('2026-03-03T12:00:00.000Z');
    await calendar('own', 'mon-fri');
    await clock.advanceTo('2026-03-04T12:00:00.000Z');
    await server.halt();
    server.store.beforeEveryAppend(async () => undefined);
    for (let life = 0; life < 2; life += 1) {
      server = await server.restart();
      await server.get(ScheduleClock).sweep();
    }
    expect(await decisions()).toEqual(['missed 2026-03-02T02:30 policy', 'missed 2026-03-03T20:00 policy', 'missed 2026-03-04T02:30 policy']);
  });
});

describe('a calendar that cannot tell its days, because two servers let calendars name each other in a circle', () => {
  it('loses no start: what was due before is decided, and what comes due meanwhile as soon as it can tell them', async () => {
    await schedule('at: "02:30"\nmisfire: ask\n');
    const heal = await undecidedUntil('2026-03-02T12:00:00.000Z');
    const [defined] = await server.store.events('calendar-workdays');
    if (defined === undefined) throw new Error('there is no calendar');
    const data = { version: 2, definition: { calendar: 'workdays', days: { calendar: 'own' } } };
    await server.store.log.append('calendar-workdays', 0, [{ id: `${defined.id.slice(0, -3)}fff`, type: 'CalendarRevised', schemaVersion: 1, data, metadata: { ...defined.metadata, at: '2026-03-02T12:00:00.000Z' as typeof defined.metadata.at } }]);
    await heal();
    expect(await decisions()).toEqual(['missed 2026-03-02T02:30 policy']);
    await clock.advanceTo('2026-03-04T12:00:00.000Z');
    await server.get(ScheduleClock).sweep();
    expect(await decisions()).toHaveLength(1);
    await calendar('workdays', '{ and: [mon-fri, { not: 2026-03-03 }] }');
    await server.get(ScheduleClock).sweep();
    expect(await decisions()).toEqual(['missed 2026-03-02T02:30 policy', 'missed 2026-03-04T02:30 policy']);
  });
});
