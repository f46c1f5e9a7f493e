import { MoodyEventStore } from '../../test-support/moody.event-store.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { SimulatedClock } from '../../test-support/simulated-clock.js';
import { ScheduleClock } from './schedule-clock.js';
import { ScheduledStarts } from './scheduled-starts.js';

let server: ServerUnderTest;
let clock: SimulatedClock;

beforeEach(async () => {
  clock = new SimulatedClock('2026-07-01T08:00:00.000Z');
  server = await ServerUnderTest.start(new MoodyEventStore(), undefined, 30, clock);
  await server.define('jobnet: A\njobs:\n  A1: { command: ./one, agent: away }\n');
});

afterEach(closeServers);

async function schedule(overlap: string, timeZone = 'UTC'): Promise<void> {
  const { status, text } = await server.request('PUT', '/api/v1/schedules/daily', { body: `schedule: daily\njobnet: A\nat: "09:00"\noverlap: ${overlap}\ntimeZone: ${timeZone}\n` });
  if (status >= 300) throw new Error(text);
}

async function settled(): Promise<void> {
  await server.get(ScheduleClock).sweep();
  await server.get(ScheduledStarts).sweep();
  await server.get(ScheduledStarts).sweep();
}

async function at(time: string): Promise<void> {
  await clock.advanceTo(time);
  await settled();
}

async function backfill(): Promise<unknown> {
  const { status, body } = await server.request('POST', '/api/v1/schedules/daily/backfill', { body: { from: '2026-07-01T09:00:00.000Z', until: '2026-07-01T09:00:01.000Z', reason: 'it never ran' } });
  if (status >= 300) throw new Error(JSON.stringify(body));
  await settled();
  return body;
}

const openRuns = async () => (await server.read<{ items: { runId: string; status: string }[] }>('/api/v1/runs')).items.filter(({ status }) => status !== 'finished').map(({ runId }) => runId);

async function endRuns(): Promise<void> {
  for (const runId of await openRuns()) await server.skip(runId, 'A1');
}

/** What became of the occurrences, on whatever stream, in order: `RunStarted 01` is that of the first of July. */
async function fate(): Promise<string[]> {
  const told = ['OccurrenceStarted', 'RunAdmitted', 'RunQueued', 'RunPassedOver', 'RunStarted', 'OccurrenceNotStarted'];
  return (await server.store.events()).filter(({ type }) => told.includes(type)).map(({ type, data }) => {
    const { code, key, occurrence } = data as { code?: string; key?: string; occurrence?: { key: string } };
    return [type, (occurrence?.key ?? key)?.slice(8, 10), code].filter((each) => each !== undefined).join(' ');
  });
}

const OVERLAPS = ['allow', 'skip', 'queue', 'replace'];

describe('an occurrence that is due again, because its schedule has moved to another zone', () => {
  it.each(OVERLAPS.flatMap((overlap) => ['open', 'finished'].map((run) => ({ overlap, run }))))('does not run again, which is on record (overlap $overlap, its run is $run)', async ({ overlap, run }) => {
    await schedule(overlap);
    await at('2026-07-01T09:00:00.000Z');
    if (run === 'finished') await endRuns();
    await clock.advanceTo('2026-07-01T09:30:00.000Z');
    await schedule(overlap, 'America/New_York');
    await at('2026-07-01T13:00:00.000Z');
    const admitted = overlap === 'allow' ? [] : ['RunAdmitted'];
    const before = ['OccurrenceStarted 01', ...admitted, 'RunStarted 01', 'OccurrenceStarted 01', 'OccurrenceNotStarted 01 run-exists'];
    expect(await fate()).toEqual(before);
    await endRuns();
    await at('2026-07-02T13:00:00.000Z');
    expect(await fate()).toEqual([...before, 'OccurrenceStarted 02', ...admitted, 'RunStarted 02']);
  });

  it('goes on waiting where it stood, if its run has not begun', async () => {
    await schedule('queue');
    await server.startRun('A');
    await at('2026-07-01T09:00:00.000Z');
    await clock.advanceTo('2026-07-01T09:30:00.000Z');
    await schedule('queue', 'America/New_York');
    await at('2026-07-01T13:00:00.000Z');
    await endRuns();
    await settled();
    expect(await fate()).toEqual(['RunStarted', 'OccurrenceStarted 01', 'RunQueued 01', 'OccurrenceStarted 01', 'RunAdmitted', 'RunStarted 01']);
  });

  it('runs then, if it was passed over the first time', async () => {
    await schedule('skip');
    await server.startRun('A');
    await at('2026-07-01T09:00:00.000Z');
    await endRuns();
    await clock.advanceTo('2026-07-01T09:30:00.000Z');
    await schedule('skip', 'America/New_York');
    await at('2026-07-01T13:00:00.000Z');
    expect(await fate()).toEqual(['RunStarted', 'OccurrenceStarted 01', 'RunPassedOver 01', 'OccurrenceStarted 01', 'RunAdmitted', 'RunStarted 01']);
  });
});

describe('a run that was admitted and could not begin', () => {
  it.each(OVERLAPS.slice(1))('is started by a backfill, once (overlap %s)', async (overlap) => {
    await schedule(overlap);
    const healed = server.store.refuseAppends('run-');
    await at('2026-07-01T09:00:00.000Z');
    await server.request('POST', '/api/v1/jobnets/A/disable', { body: { reason: 'a test' } });
    healed();
    await at('2026-07-01T09:30:00.000Z');
    const before = ['OccurrenceStarted 01', 'RunAdmitted', 'OccurrenceNotStarted 01 jobnet-disabled'];
    expect(await fate()).toEqual(before);
    await server.request('POST', '/api/v1/jobnets/A/enable', { body: { reason: 'a test' } });
    expect(await backfill()).toMatchObject({ started: 1 });
    expect(await fate()).toEqual([...before, 'OccurrenceStarted 01', 'RunAdmitted', 'RunStarted 01']);
    expect(await backfill()).toMatchObject({ started: 0, already: 1 });
  });
});

describe('a start that changes nothing', () => {
  it('is not tried again without a pause', async () => {
    await schedule('skip');
    server.store.beforeEveryAppend(async (stream) => {
      if (stream.startsWith('jobnet-')) throw new Error('this one cannot be');
    });
    await at('2026-07-01T09:00:00.000Z');
    expect(server.store.asked.filter(({ stream }) => stream === 'jobnet-A').length).toBeLessThan(10);
    server.store.beforeEveryAppend(async () => undefined);
    await settled();
    expect(await fate()).toEqual(['OccurrenceStarted 01', 'RunAdmitted', 'RunStarted 01']);
  });
});
