import type { List, RunView } from '#protocol/api';
import type { DueView } from '#protocol/schedules';
import { MoodyEventStore } from '../../../test-support/moody.event-store.js';
import { closeServers, ServerUnderTest } from '../../../test-support/server-under-test.js';
import { SimulatedClock } from '../../../test-support/simulated-clock.js';
import { ScheduledStarts } from '../scheduled-starts.js';

let server: ServerUnderTest;
let clock: SimulatedClock;

beforeEach(async () => {
  clock = new SimulatedClock('2026-03-01T12:00:00.000Z');
  server = await ServerUnderTest.start(new MoodyEventStore(), undefined, 30, clock);
  await server.define('jobnet: A\njobs:\n  A1: { command: ./one, agent: away }\n');
  for (const [id, zone] of [['hourly', 'Asia/Tokyo'], ['also', 'UTC']]) {
    await server.request('PUT', `/api/v1/schedules/${id}`, { body: `schedule: ${id}\njobnet: A\ntimeZone: ${zone}\ncron: "0 * * * *"\n` });
  }
});

afterEach(closeServers);

const due = async (path: string) => (await server.read<List<DueView>>(`/api/v1/${path}`)).items;

describe('what comes', () => {
  it('is ten starts, or with days all of those days, unless a number is named', async () => {
    expect(await due('schedules/hourly/next')).toHaveLength(10);
    expect(await due('schedules/hourly/next?days=2')).toHaveLength(48);
    expect(await due('forecast?days=1&count=5')).toHaveLength(5);
    expect(await due('forecast?days=1')).toHaveLength(48);
  });

  it('is told with the zone whose clocks are meant', async () => {
    expect((await due('forecast?count=2')).map(({ schedule, local, timeZone }) => [schedule, local, timeZone])).toEqual([['also', '2026-03-01T12:00', 'UTC'], ['hourly', '2026-03-01T21:00', 'Asia/Tokyo']]);
  });
});

describe('a run', () => {
  it('says which occurrence of which schedule it is, and is found by the schedule; one by hand is of none', async () => {
    const byHand = await server.startRun('A');
    await clock.advanceTo('2026-03-01T13:00:00.400Z');
    await server.get(ScheduledStarts).sweep();
    await server.get(ScheduledStarts).sweep();
    const { items: [run, ...others] } = await server.read<List<RunView>>('/api/v1/runs?schedule=hourly');
    expect(others).toEqual([]);
    expect(run).toMatchObject({ occurrence: { schedule: 'hourly', key: '2026-03-01T22:00', businessDay: '2026-03-01' }, nominalAt: '2026-03-01T13:00:00.000Z' });
    expect(await server.run(byHand)).not.toHaveProperty('occurrence');
    expect((await server.read<List<RunView>>('/api/v1/runs?schedule=hourly,also')).items).toHaveLength(2);
  });
});
