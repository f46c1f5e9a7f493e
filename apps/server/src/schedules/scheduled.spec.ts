import type { EventView, RunView } from '#protocol/api';
import type { ScheduleView } from '#protocol/schedules';
import { MoodyEventStore } from '../../test-support/moody.event-store.js';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { ScriptedAgent } from '../../test-support/scripted-agent.js';
import { SimulatedClock } from '../../test-support/simulated-clock.js';
import { ScheduleClock } from './schedule-clock.js';
import { ScheduledStarts } from './scheduled-starts.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let server: ServerUnderTest;
let clock: SimulatedClock;

beforeEach(async () => {
  clock = new SimulatedClock('2026-03-01T12:00:00.000Z');
  server = await ServerUnderTest.start(new MoodyEventStore(), undefined, 30, clock);
  await server.define('jobnet: A\njobs:\n  A1: { command: ./one, agent: away }\n');
});

afterEach(closeServers);

/** As text, less what every one of these has. */
async function schedule(rest: string, jobnet = 'A', id = 'nightly'): Promise<void> {
  const answer = await server.request('PUT', `/api/v1/schedules/${id}`, { body: `schedule: ${id}\njobnet: ${jobnet}\ntimeZone: Europe/Berlin\n${rest}` });
  if (answer.status >= 300) throw new Error(answer.text);
}

async function pass(ms: number): Promise<void> {
  await clock.advance(ms);
  await settled();
}

/** What the clock has decided is started, and what that sets free too. */
async function settled(): Promise<void> {
  await server.get(ScheduledStarts).sweep();
  await server.get(ScheduledStarts).sweep();
}

async function restart(): Promise<void> {
  server = await server.restart();
  await server.get(ScheduleClock).sweep();
  await settled();
}

const say = async (path: string, body: unknown = { reason: 'a test' }) => {
  const { status, text } = await server.request('POST', `/api/v1/schedules/nightly/${path}`, { body });
  if (status >= 300) throw new Error(text);
};

/** `started 2026-03-02T02:30 due` */
async function decisions(id = 'nightly'): Promise<string[]> {
  return (await server.events(`&stream=schedule-${id}`)).filter(({ type }) => type.startsWith('Occurrence')).map(wordsOf);
}

function wordsOf({ type, data }: EventView): string {
  const { occurrence, first, last, key, because, code } = data as Record<string, { key: string } | undefined> & { key?: string; because?: string; code?: string };
  const which = occurrence?.key ?? (first === undefined ? key : `${first.key}..${last?.key ?? ''}`);
  return [type.replace(/Occurrences?/, '').toLowerCase(), which, because ?? code].filter((each) => each !== undefined).join(' ');
}

async function runs(): Promise<RunView[]> {
  const { items } = await server.read<{ items: { runId: string }[] }>('/api/v1/runs?limit=1000');
  return Promise.all(items.map(({ runId }) => server.run(runId)));
}

const starts = async () => (await server.events('&type=RunStarted')).map(({ data, at }) => `${(data as { occurrence?: { key: string } }).occurrence?.key ?? 'by hand'} at ${at.slice(0, 16)}`);

describe('a schedule', () => {
  it('starts its jobnets when they are due, with what belongs to the occurrence', async () => {
    await server.define('jobnet: B\njobs:\n  B1: { command: ./two, agent: away }\n');
    await schedule('at: ["26:30"]\nparameters: { DAY: "{{ occurrence.date }}" }\n', '[A, B]');
    await clock.advanceTo('2026-03-02T01:30:00.400Z');
    await settled();
    expect(await decisions()).toEqual(['started 2026-03-02T02:30 due']);
    expect((await server.events('&type=RunStarted')).map(({ data }) => data)).toMatchObject([
      { jobnet: 'A', parameters: { DAY: '2026-03-01' }, nominalAt: '2026-03-02T01:30:00.000Z', occurrence: { schedule: 'nightly', key: '2026-03-02T02:30', businessDay: '2026-03-01' } },
      { jobnet: 'B', parameters: { DAY: '2026-03-01' } },
    ]);
  });

  it('starts each occurrence once, also over restarts and when it is looked at by two servers', async () => {
    await schedule('cron: "30 2 * * *"\n');
    await pass(14 * HOUR);
    await restart();
    const other = await ServerUnderTest.start(server.store, server.data, 30, clock);
    await pass(DAY);
    await other.get(ScheduleClock).sweep();
    await settled();
    expect(await starts()).toEqual(['2026-03-02T02:30 at 2026-03-02T02:00', '2026-03-03T02:30 at 2026-03-03T02:00']);
  });

  it('says what comes next, and what all of them start', async () => {
    await schedule('cron: "30 2 * * *"\n');
    await schedule('at: ["03:00"]\n', 'A', 'other');
    const { items } = await server.read<{ items: unknown[] }>('/api/v1/schedules/nightly/next?from=2026-03-28T00:00:00.000Z&count=3');
    expect(items).toEqual([
      expect.objectContaining({ at: '2026-03-28T01:30:00.000Z', local: '2026-03-28T02:30', businessDay: '2026-03-28' }),
      expect.objectContaining({ at: '2026-03-29T01:00:00.000Z', clocks: 'gap', businessDay: '2026-03-29' }),
      expect.objectContaining({ at: '2026-03-30T00:30:00.000Z', local: '2026-03-30T02:30', businessDay: '2026-03-30' }),
    ]);
    const forecast = await server.read<{ items: { schedule: string }[] }>('/api/v1/forecast?days=2');
    expect(forecast.items.map((each) => each.schedule)).toEqual(['nightly', 'other', 'nightly', 'other']);
    expect(await server.read<ScheduleView>('/api/v1/schedules/nightly')).toMatchObject({ state: 'active', next: { at: '2026-03-02T01:30:00.000Z' }, asked: [] });
  });

  it.each([
    { what: 'a jobnet that is not there', text: 'schedule: x\njobnet: NONE\ncron: "* * * * *"\n', status: 409, code: 'unknown-jobnet' },
    { what: 'a calendar that is not there', text: 'schedule: x\njobnet: A\ncron: "* * * * *"\ncalendar: none\n', status: 409, code: 'unknown-calendar' },
    { what: 'a zone that is not there', text: 'schedule: x\njobnet: A\ncron: "* * * * *"\ntimeZone: Europe/Berlinn\n', status: 400, code: 'invalid-definition' },
    { what: 'another name', text: 'schedule: y\njobnet: A\ncron: "* * * * *"\n', status: 400, code: 'wrong-schedule' },
  ])('is refused with $what', async ({ text, status, code }) => {
    expect(await server.request('PUT', '/api/v1/schedules/x', { body: text })).toMatchObject({ status, body: { code } });
  });

  it('keeps its calendar in use', async () => {
    await server.request('PUT', '/api/v1/calendars/workdays', { body: 'calendar: workdays\ndays: mon-fri\n' });
    await schedule('cron: "30 2 * * *"\ncalendar: workdays\n');
    expect(await server.request('POST', '/api/v1/calendars/workdays/retire', { body: { reason: 'a test' } })).toMatchObject({ status: 409, body: { code: 'calendar-in-use' } });
  });

  it('follows its calendar as soon as that says otherwise', async () => {
    await server.request('PUT', '/api/v1/calendars/workdays', { body: 'calendar: workdays\ndays: mon-fri\n' });
    await schedule('cron: "30 2 * * *"\ncalendar: workdays\n');
    await server.request('PUT', '/api/v1/calendars/workdays', { body: 'calendar: workdays\ndays: { and: [mon-fri, { not: 2026-03-02 }] }\n' });
    await pass(3 * DAY);
    expect(await decisions()).toEqual(['skipped 2026-03-03T02:30 superseded', 'started 2026-03-04T02:30 misfire']);
  });
});

describe('a calendar that opens a day in the middle of it', () => {
  beforeEach(async () => {
    await server.request('PUT', '/api/v1/calendars/workdays', { body: 'calendar: workdays\ndays: 2026-03-04\n' });
    await server.request('PUT', '/api/v1/calendars/own', { body: 'calendar: own\ndays: { calendar: workdays }\n' });
    await schedule('at: ["02:30", "23:00"]\nmisfire: runAll\ncalendar: own\n');
    await pass(DAY);
    await server.request('PUT', '/api/v1/calendars/workdays', { body: 'calendar: workdays\ndays: [2026-03-02, 2026-03-04]\n' });
  });

  it('does not start what would have been due on it before: only what is due from then on', async () => {
    await pass(3 * DAY);
    expect(await decisions()).toEqual(['started 2026-03-02T23:00 misfire', 'started 2026-03-04T02:30 misfire', 'started 2026-03-04T23:00 misfire']);
  });

  it('nor after a restart', async () => {
    await restart();
    await pass(HOUR);
    expect(await decisions()).toEqual([]);
  });
});

describe('starts that were due while no server ran', () => {
  it.each([
    { misfire: 'runAll', said: ['started 2026-03-02T02:30 misfire', 'started 2026-03-03T02:30 misfire', 'started 2026-03-04T02:30 misfire'] },
    { misfire: 'runLatest', said: ['skipped 2026-03-02T02:30 superseded', 'skipped 2026-03-03T02:30 superseded', 'started 2026-03-04T02:30 misfire'] },
    { misfire: 'skip', said: ['skipped 2026-03-02T02:30 missed', 'skipped 2026-03-03T02:30 missed', 'skipped 2026-03-04T02:30 missed'] },
    { misfire: 'ask', said: ['missed 2026-03-02T02:30 policy', 'missed 2026-03-03T02:30 policy', 'missed 2026-03-04T02:30 policy'] },
  ])('are decided by the policy $misfire, each on record', async ({ misfire, said }) => {
    await schedule(`cron: "30 2 * * *"\nmisfire: ${misfire}\n`);
    await server.halt();
    await clock.advance(3 * DAY);
    await restart();
    expect(await decisions()).toEqual(said);
    expect(await starts()).toHaveLength(said.filter((each) => each.startsWith('started')).length);
  });

  it('and are asked about start when an operator says so, or are left out', async () => {
    await schedule('cron: "30 2 * * *"\nmisfire: ask\n');
    await server.halt();
    await clock.advance(2 * DAY);
    await restart();
    expect((await server.read<ScheduleView>('/api/v1/schedules/nightly')).asked.map(({ key }) => key)).toEqual(['2026-03-02T02:30', '2026-03-03T02:30']);
    await say('occurrences/2026-03-02T02:30/start');
    await say('occurrences/2026-03-03T02:30/skip');
    await settled();
    expect(await starts()).toEqual(['2026-03-02T02:30 at 2026-03-03T12:00']);
    expect((await server.read<ScheduleView>('/api/v1/schedules/nightly')).asked).toEqual([]);
  });

  it('over a change of the clocks start at the instants that the zone database says', async () => {
    clock = new SimulatedClock('2026-10-24T12:00:00.000Z');
    server = await ServerUnderTest.start(new MoodyEventStore(), undefined, 30, clock);
    await server.define('jobnet: A\njobs:\n  A1: { command: ./one, agent: away }\n');
    await schedule('cron: "30 2 * * *"\nmisfire: runAll\nfold: both\n');
    await server.halt();
    await clock.advance(2 * DAY);
    await restart();
    expect(await decisions()).toEqual(['started 2026-10-25T02:30 misfire', 'started 2026-10-25T02:30+1 misfire', 'started 2026-10-26T02:30 misfire']);
    expect((await runs()).map(({ nominalAt }) => nominalAt)).toEqual(['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z', '2026-10-26T01:30:00.000Z']);
  });
});

describe('a paused schedule', () => {
  it('skips what comes due, on record, and goes on with what is due after it is resumed', async () => {
    await schedule('cron: "30 2 * * *"\n');
    await say('pause');
    await pass(DAY);
    await say('resume');
    await pass(DAY);
    expect(await decisions()).toEqual(['skipped 2026-03-02T02:30 paused', 'started 2026-03-03T02:30 misfire']);
  });
});

describe('a run that is due while the one before it is open', () => {
  const twice = async (overlap: string) => {
    await schedule(`cron: "30 2 * * *"\noverlap: ${overlap}\n`);
    await pass(DAY);
    await pass(DAY);
  };

  it('starts beside it where that is allowed', async () => {
    await twice('allow');
    expect(await starts()).toHaveLength(2);
  });

  it('is passed over where the schedule says to skip, and the jobnet\'s stream says because of which', async () => {
    await twice('skip');
    const [first] = await runs();
    expect(await starts()).toHaveLength(1);
    expect(await server.events('&type=RunPassedOver')).toMatchObject([{ stream: 'jobnet-A', data: { because: [first?.runId], key: '2026-03-03T02:30' } }]);
  });

  it('waits until that one is over, where the schedule says to queue, also over a restart', async () => {
    await twice('queue');
    const [first] = await runs();
    expect(await starts()).toHaveLength(1);
    await restart();
    await server.skip(first?.runId ?? '', 'A1');
    await settled();
    expect(await starts()).toEqual(['2026-03-02T02:30 at 2026-03-02T12:00', '2026-03-03T02:30 at 2026-03-03T12:00']);
  });

  it('replaces it: that one is stopped, and this one begins when it is over', async () => {
    const agent = await ScriptedAgent.connected(server, { name: 'away' });
    await twice('replace');
    const [first] = await runs();
    const { spec: { executionId, runId, jobId } } = await agent.dispatchOf('A1');
    expect(runId).toBe(first?.runId);
    expect(await starts()).toHaveLength(1);
    expect(await server.events('&type=RunStopRequested')).toMatchObject([{ stream: `run-${runId}`, reason: 'schedule nightly, occurrence 2026-03-03T02:30' }]);
    await agent.report({ executionId, runId, jobId, sequence: 1, state: 'never-started', reason: 'it was stopped before it started' });
    await settled();
    expect(await starts()).toHaveLength(2);
  });

  it('is refused on record when its jobnet is disabled', async () => {
    await schedule('cron: "30 2 * * *"\n');
    await server.request('POST', '/api/v1/jobnets/A/disable', { body: { reason: 'a test' } });
    await pass(DAY);
    expect(await decisions()).toEqual(['started 2026-03-02T02:30 misfire', 'notstarted 2026-03-02T02:30 jobnet-disabled']);
    expect(await starts()).toEqual([]);
    expect(await server.read<ScheduleView>('/api/v1/schedules/nightly')).toMatchObject({ lastNotStarted: { key: '2026-03-02T02:30', jobnet: 'A', code: 'jobnet-disabled' } });
  });
});

describe('a stretch of the past', () => {
  it('is filled up once: what has a run is left alone', async () => {
    await schedule('cron: "30 2 * * *"\n');
    await pass(DAY);
    const body = { from: '2026-02-26T00:00:00.000Z', until: '2026-03-02T12:00:00.000Z', reason: 'a test' };
    const first = await server.request<{ started: number; already: number }>('POST', '/api/v1/schedules/nightly/backfill', { body });
    expect(first.body).toMatchObject({ started: 4, already: 1 });
    await settled();
    const again = await server.request<{ started: number; already: number }>('POST', '/api/v1/schedules/nightly/backfill', { body });
    expect(again.body).toMatchObject({ started: 0, already: 5 });
    expect((await starts()).map((each) => each.slice(0, 10)).sort()).toEqual(['2026-02-26', '2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']);
  });

  it('is filled up one after the other where runs may not overlap', async () => {
    await schedule('cron: "30 2 * * *"\noverlap: skip\n');
    await say('backfill', { from: '2026-02-26T00:00:00.000Z', until: '2026-02-28T00:00:00.000Z', reason: 'a test' });
    await settled();
    expect(await starts()).toHaveLength(1);
    const [first] = await runs();
    await server.skip(first?.runId ?? '', 'A1');
    await settled();
    expect(await starts()).toHaveLength(2);
  });

  it.each([
    { what: 'the future', from: '2026-03-01T00:00:00.000Z', until: '2027-03-01T00:00:00.000Z', code: 'range-not-past' },
    { what: 'too much at once', from: '2024-03-01T00:00:00.000Z', until: '2026-03-01T00:00:00.000Z', code: 'range-too-long' },
    { what: 'a stretch that ends before it begins', from: '2026-03-01T00:00:00.000Z', until: '2026-02-01T00:00:00.000Z', code: 'invalid-range' },
  ])('is refused: $what', async ({ from, until, code }) => {
    await schedule('cron: "30 2 * * *"\n');
    expect((await server.request('POST', '/api/v1/schedules/nightly/backfill', { body: { from, until, reason: 'a test' } })).body).toMatchObject({ code });
  });
});
