import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { List, RunView } from '#protocol/api';
import type { DueView } from '#protocol/schedules';
import { Deployment } from '../support/deployment.js';
import { wallClock, zoneData } from '../support/injection.js';
import { randomFrom, seedOfRun } from '../support/random.js';
import { runKiroku } from '../support/run-kiroku.js';
import { ScheduleRecord } from '../support/schedule-record.js';
import { strikeAfter, waitFor } from '../support/wait-for.js';

const HOUR = 3_600_000;
/** Printed with every failure; set KIROKU_SEED to see one again. */
const SEED = seedOfRun();

let here: Deployment;

beforeEach(async () => (here = await Deployment.create()), 60_000);
afterEach(() => here.destroy(), 60_000);

const kiroku = (...args: string[]) => runKiroku([...args, '--url', here.url, '--data', here.data], { cwd: here.directory });

async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await kiroku(...args);
  if (code !== 0) throw new Error(`kiroku ${args.join(' ')}: ${code} ${stderr}`);
  return stdout;
}

/** Each schedule as its lines without what all have; they start A unless they say otherwise. */
async function apply(schedules: Readonly<Record<string, string>>, ...jobnets: string[]): Promise<void> {
  const mark = `echo "$SCHEDULE $KEY $KIROKU_EXECUTION_ID" >> ${here.path('marks')}`;
  const texts = Object.entries(schedules).map(([id, lines]) => (
    `schedule: ${id}\n${lines.includes('jobnet:') ? '' : 'jobnet: A\n'}parameters: { SCHEDULE: "${id}", KEY: "{{ occurrence.local }}" }\n${lines}\n`
  ));
  writeFileSync(here.path('all.yaml'), [...texts, `jobnet: A\njobs:\n  A1: { agent: local, command: ${JSON.stringify(mark)} }\n`, ...jobnets].join('---\n'));
  await done('schedule', 'apply', here.path('all.yaml'));
}

const recordOf = (schedule: string) => new ScheduleRecord(here.api, schedule);
const marksOf = (schedule: string) => here.marks().filter((line) => line.startsWith(`${schedule} `)).map((line) => line.split(' ')[1]);
const hasStarted = (schedule: string, count: number) => waitFor(`${schedule} has started ${count}`, async () => await recordOf(schedule).started() >= count);
const allOver = () => waitFor('every run is over', async () => (await here.api.all<RunView>('/api/v1/runs')).every(({ finishedAt }) => finishedAt !== undefined));

/** Every instant that it named (after its definition, or a later one) is decided, once; what was started has one run, and its job left one mark. */
async function expectNothingLostNorDoubled(schedule: string, after?: string): Promise<void> {
  await waitFor(`what ${schedule} has started has run`, async () => marksOf(schedule).length >= await recordOf(schedule).started());
  await allOver();
  const decided = await recordOf(schedule).decided();
  expect(decided.map(({ key }) => key)).toEqual(await recordOf(schedule).dueUntil(decided.at(-1)?.key, after));
  const started = decided.filter(({ what }) => what.startsWith('started')).map(({ key }) => key);
  expect((await recordOf(schedule).runs()).sort()).toEqual(started);
  expect(marksOf(schedule).sort()).toEqual(started);
}

describe('a schedule, in real time,', () => {
  beforeEach(async () => {
    await here.startServer();
    await here.startAgent();
  }, 60_000);

  it('starts real jobs at the instants that it named, each once, and says of the runs why they are there', async () => {
    await apply({ often: 'every: 1s' });
    await hasStarted('often', 4);
    await done('schedule', 'pause', 'often', '--reason', 'enough');
    await expectNothingLostNorDoubled('often');
    const { items } = JSON.parse(await done('run', 'list', '--schedule', 'often', '--json')) as List<RunView>;
    expect(items.map(({ occurrence }) => occurrence?.key)).toEqual(await recordOf('often').runs());
    expect(await done('run', 'show', items[0]!.runId)).toMatch(/\nstarted by schedule often for \d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?, business day /);
  }, 120_000);

  it('skips on record what comes while it is paused, and a backfill starts just that, once', async () => {
    await apply({ often: 'every: 1s', other: 'every: 1s' });
    await hasStarted('often', 2);
    await done('schedule', 'pause', 'often', '--reason', 'the source is late');
    await hasStarted('other', await recordOf('other').started() + 3);
    await done('schedule', 'resume', 'often');
    await hasStarted('often', await recordOf('often').started() + 2);
    for (const id of ['often', 'other']) await done('schedule', 'pause', id, '--reason', 'enough');
    await expectNothingLostNorDoubled('often');
    const skipped = (await recordOf('often').decided()).filter(({ what }) => what === 'skipped paused').map(({ key }) => key);
    expect(skipped.length).toBeGreaterThan(1);

    const until = new Date(Date.parse(`${skipped.at(-1) ?? ''}Z`) + 1_000).toISOString();
    await waitFor('that stretch is past', () => Date.now() > Date.parse(until));
    const backfill = () => done('schedule', 'backfill', 'often', '--from', `${skipped[0] ?? ''}Z`, '--until', until, '--reason', 'made up for');
    expect(await backfill()).toMatch(/ occurrences are started/);
    await waitFor('what was skipped has run', () => skipped.every((key) => marksOf('often').includes(key)));
    expect(await backfill()).toContain(': nothing is started, ');
    await allOver();
    expect(new Set(marksOf('often')).size).toBe(marksOf('often').length);
    expect(new Set(await recordOf('often').runs())).toEqual(new Set(marksOf('often')));
  }, 180_000);

  it('starts nothing on days that its calendar has closed, and follows from the moment on in which that opens them', async () => {
    const calendar = (days: string) => here.api.request('PUT', '/api/v1/calendars/some', `calendar: some\ndays: ${days}\n`);
    await calendar('2020-01-01');
    await apply({ open: 'every: 1s', closed: 'every: 1s\ncalendar: some' });
    await hasStarted('open', 3);
    expect(await recordOf('closed').words()).toEqual([]);
    expect(await done('schedule', 'next', 'closed')).toBe('schedule closed is not due in the next five years\n');
    await calendar('{ not: 2020-01-01 }');
    await hasStarted('closed', 2);
    for (const id of ['open', 'closed']) await done('schedule', 'pause', id, '--reason', 'enough');
    await expectNothingLostNorDoubled('open');
    await expectNothingLostNorDoubled('closed', (await here.api.get<{ definedAt: string }>('/api/v1/calendars/some')).definedAt);
  }, 120_000);
});

describe('the examples', () => {
  it('are applied in one go, whatever their order, and have a forecast', async () => {
    await here.startServer();
    const files = ['schedules', 'nightly', 'a'].map((name) => fileURLToPath(new URL(`../../examples/${name}.yaml`, import.meta.url)));
    expect((await done('schedule', 'apply', ...files)).match(/ (calendar|jobnet|schedule) \S+ version 1 \(defined\)$/gm)?.map((line) => line.split(' ')[2])).toEqual(['weekdays', 'nightly', 'A', 'nightly', 'month-end', 'office-hours']);
    const { items } = JSON.parse(await done('schedule', 'next', 'month-end', '--from', '2027-01-01', '--count', '2', '--json')) as List<DueView>;
    // Neither 30 January nor 31 January 2027 is a weekday.
    expect(items.map(({ at, businessDay }) => [at, businessDay])).toEqual([['2027-01-29T21:00:00.000Z', '2027-01-29'], ['2027-02-26T21:00:00.000Z', '2027-02-26']]);
  }, 60_000);
});

describe('while a run of its jobnet is open, a schedule', () => {
  const long = (id: string) => {
    const [mark, release] = [here.path('marks'), here.path('release')];
    const command = `trap 'echo "ended $KIROKU_RUN_ID" >> ${mark}; exit 143' TERM; echo "began $KIROKU_RUN_ID" >> ${mark}; while [ ! -e ${release} ]; do sleep 0.05; done; echo "ended $KIROKU_RUN_ID" >> ${mark}`;
    return `jobnet: ${id}\njobs:\n  L1: { agent: local, command: ${JSON.stringify(command)} }\n`;
  };
  const count = async (type: string) => (await here.api.events(`?type=${type}`)).length;

  it.each([
    { overlap: 'skip', isDead: false, enough: async () => await count('RunPassedOver') >= 2 },
    { overlap: 'queue', isDead: false, enough: async () => await count('RunQueued') >= 2 },
    { overlap: 'replace', isDead: false, enough: async () => await count('RunStarted') >= 3 },
    { overlap: 'skip', isDead: true, enough: async () => await count('RunPassedOver') >= 2 },
    { overlap: 'queue', isDead: true, enough: async () => await count('RunQueued') >= 2 },
    { overlap: 'replace', isDead: true, enough: async () => await count('RunStopRequested') >= 1 },
  ])('lets no two of them run at once, and says what became of each: $overlap (its agent is dead, and then the server: $isDead)', async ({ overlap, isDead, enough }) => {
    await here.startServer();
    await here.startAgent();
    await apply({ often: `jobnet: LONG\nevery: 1s\noverlap: ${overlap}` }, long('LONG'));
    if (isDead) {
      await waitFor('the first has begun', () => here.marks().length === 1);
      await here.loseAgent();
    }
    await waitFor('they have met', enough);
    if (isDead) {
      await here.killServer();
      await here.startServer();
      expect(here.marks()).toHaveLength(1);
      await here.startAgent();
    }
    const begun = here.marks().filter((line) => line.startsWith('began')).length;
    await done('schedule', 'pause', 'often', '--reason', 'enough');
    writeFileSync(here.path('release'), '');
    const runs = (await recordOf('often').decided()).flatMap(({ runs: started }) => started);
    const fates = () => here.api.events('?type=RunStarted,RunPassedOver,QueuedRunDropped,OccurrenceNotStarted');
    await waitFor('each has begun or will never', async () => new Set((await fates()).map(({ data }) => (data as { runId: string }).runId)).size === runs.length);
    await allOver();
    expect((await fates()).map(({ data }) => (data as { runId: string }).runId).sort()).toEqual([...runs].sort());
    // One after the other: what began has ended before the next begins.
    const marks = here.marks();
    expect(marks.map((line, index) => [line.split(' ')[0], index % 2 === 0 || line.split(' ')[1] === marks[index - 1]?.split(' ')[1]])).toEqual(marks.map((_, index) => [index % 2 === 0 ? 'began' : 'ended', true]));
    if (overlap !== 'replace') expect(begun).toBe(1);
    const statuses = (await here.api.all<RunView>('/api/v1/runs')).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'stopped').length > 0).toBe(overlap === 'replace');
    if (overlap === 'queue') expect(statuses).toEqual(runs.map(() => 'succeeded'));
  }, 180_000);
});

describe('a server that is away when something is due', () => {
  /** A clock that shows half past some hour when the process starts now, and so many hours later. */
  const halfPast = (hours: number) => wallClock({ offMs: HOUR / 2 - Date.now() % HOUR + hours * HOUR });

  it('leaves it to the policy, and each decision is on record', async () => {
    await here.startServer(halfPast(0));
    await here.startAgent();
    const policies = { all: 'misfire: runAll', latest: 'misfire: runLatest', none: 'misfire: skip', ask: 'misfire: ask', within: 'misfire: runAll\nwithin: 100m' };
    await apply(Object.fromEntries(Object.entries(policies).map(([id, lines]) => [id, `cron: "0 * * * *"\n${lines}`])));
    const { items } = JSON.parse(await done('schedule', 'next', 'all', '--count', '3', '--json')) as { items: { key: string }[] };
    const [first = '', second = '', third = ''] = items.map(({ key }) => key);
    await here.killServer();
    await here.startServer(halfPast(3));
    await waitFor('all is decided', async () => (await Promise.all(Object.keys(policies).map((id) => recordOf(id).decided()))).every(({ length }) => length === 3));
    expect(await recordOf('all').words()).toEqual([`${first} started misfire`, `${second} started misfire`, `${third} started misfire`]);
    expect(await recordOf('latest').words()).toEqual([`${first} skipped superseded`, `${second} skipped superseded`, `${third} started misfire`]);
    expect(await recordOf('none').words()).toEqual([`${first} skipped missed`, `${second} skipped missed`, `${third} skipped missed`]);
    expect(await recordOf('ask').words()).toEqual([`${first} missed policy`, `${second} missed policy`, `${third} missed policy`]);
    expect(await recordOf('within').words()).toEqual([`${first} skipped too-late`, `${second} started misfire`, `${third} started misfire`]);
    for (const id of ['all', 'latest', 'none', 'within']) await expectNothingLostNorDoubled(id);

    expect(await done('schedule', 'list')).toMatch(/^ask .* 3 missed$/m);
    await done('schedule', 'start', 'ask', second, '--reason', 'the figures are needed');
    await done('schedule', 'skip', 'ask', first, '--reason', 'nobody reads it');
    await waitFor('what was asked about has run', () => marksOf('ask').length === 1);
    await allOver();
    expect([marksOf('ask'), await recordOf('ask').runs()]).toEqual([[second], [second]]);
    expect(await done('schedule', 'show', 'ask')).toMatch(new RegExp(`waiting for your word .*\n.*\n${third} [^\n]*\n$`));
    expect(await done('schedule', 'skip', 'ask', '--all', '--reason', 'the day is over')).toMatch(new RegExp(`^occurrence ${third} of schedule ask is left out .*\n$`));
    expect(await done('schedule', 'list')).not.toMatch(/missed/);
  }, 180_000);

  it('starts a one-off time that is seconds ahead, and not once more after a restart', async () => {
    const offMs = 45_000 - Date.now() % 60_000;
    await here.startServer(wallClock({ offMs }));
    await here.startAgent();
    const minute = new Date(Math.ceil((Date.now() + offMs + 5_000) / 60_000) * 60_000).toISOString().slice(0, 16);
    await apply({ one: `once: ${minute}` });
    await waitFor('it has run', () => marksOf('one').length === 1, 120_000);
    await here.killServer();
    await here.startServer(wallClock({ offMs: HOUR }));
    await waitFor('the agent is back', () => here.agentIs('connected'));
    await expectNothingLostNorDoubled('one');
    expect(await recordOf('one').words()).toEqual([`${minute} started due`]);
  }, 180_000);
});

/** A wall clock that shows this when the process starts now. */
const at = (instant: string) => wallClock({ offMs: Date.parse(instant) - Date.now() });

describe('on a Monday, a schedule', () => {
  it('starts what its calendar moves there from a closed day, or by an operating day, and each of its jobnets', async () => {
    await here.startServer(at('2026-03-30T08:59:52Z'));
    await here.startAgent();
    await here.api.request('PUT', '/api/v1/calendars/week', 'calendar: week\ndays: mon-fri\n');
    const ofWeek = (cron: string, more: string) => `cron: "${cron}"\ncalendar: week\n${more}`;
    const pair = `jobnet: B\njobs:\n  B1: { agent: local, command: ${JSON.stringify(`echo "pair-b $KEY" >> ${here.path('marks')}`)} }\n`;
    await apply({
      saturday: ofWeek('0 9 28 * *', 'closed: next'), tuesday: ofWeek('0 9 31 * *', 'shift: -1'), skipped: ofWeek('0 9 28 * *', 'closed: skip'), previous: ofWeek('0 9 28 * *', 'closed: previous'), pair: 'jobnet: [A, B]\nat: ["09:00"]',
    }, pair);
    for (const id of ['saturday', 'tuesday', 'pair', 'pair-b']) await waitFor(`${id} has run`, () => marksOf(id).length === 1);
    await allOver();
    const runs = await here.api.all<RunView>('/api/v1/runs');
    expect(runs.map(({ jobnet, occurrence, nominalAt }) => `${occurrence?.schedule} ${jobnet} ${occurrence?.businessDay} ${nominalAt}`).sort()).toEqual([
      'pair A', 'pair B', 'saturday A', 'tuesday A',
    ].map((what) => `${what} 2026-03-30 2026-03-30T09:00:00.000Z`));
  }, 120_000);
});

describe('where the clocks of its zone change, a schedule', () => {
  const berlin = (lines: string) => `timeZone: Europe/Berlin\n${lines}`;
  const startedFor = async () => Object.fromEntries((await here.api.all<RunView>('/api/v1/runs')).map(({ occurrence, nominalAt }) => [`${occurrence?.schedule} ${occurrence?.key}`, `${nominalAt} ${occurrence?.businessDay}`]));

  it('starts once after the hour that is missing, while the server is there', async () => {
    await here.startServer(at('2026-03-29T00:59:54Z'));
    await here.startAgent();
    await apply({ run: berlin('cron: "30 2 * * *"'), late: berlin('at: ["26:30"]'), skip: berlin('cron: "30 2 * * *"\ngap: skip'), control: 'at: ["01:00"]' });
    for (const id of ['run', 'late', 'control']) await waitFor(`${id} has run`, () => marksOf(id).length === 1);
    await allOver();
    const jump = '2026-03-29T01:00:00.000Z';
    expect(await startedFor()).toEqual({ 'run 2026-03-29T02:30': `${jump} 2026-03-29`, 'late 2026-03-29T02:30': `${jump} 2026-03-28`, 'control 2026-03-29T01:00': `${jump} 2026-03-29` });
    expect(marksOf('skip')).toEqual([]);
  }, 120_000);

  it('starts late, and once, when the server was away over that hour', async () => {
    await here.startServer(at('2026-03-29T00:30:00Z'));
    await here.startAgent();
    await apply({ run: berlin('cron: "30 2 * * *"'), skip: berlin('cron: "30 2 * * *"\ngap: skip'), none: berlin('cron: "30 2 * * *"\nmisfire: skip') });
    await here.killServer();
    await here.startServer(at('2026-03-29T01:20:00Z'));
    await waitFor('it has run', () => marksOf('run').length === 1);
    await allOver();
    expect(await Promise.all(['run', 'skip', 'none'].map((id) => recordOf(id).words()))).toEqual([['2026-03-29T02:30 started misfire'], [], ['2026-03-29T02:30 skipped missed']]);
  }, 120_000);

  it('starts in the first of the hours that come twice, or in both, and not once more after a restart between them', async () => {
    await here.startServer(at('2026-10-25T00:29:54Z'));
    await here.startAgent();
    await apply({ first: berlin('cron: "30 2 * * *"'), both: berlin('cron: "30 2 * * *"\nfold: both'), last: berlin('cron: "30 2 * * *"\nfold: last') });
    for (const id of ['first', 'both']) await waitFor(`${id} has run`, () => marksOf(id).length === 1);
    await here.killServer();
    await here.startServer(at('2026-10-25T01:29:54Z'));
    await waitFor('the others have run', () => marksOf('both').length === 2 && marksOf('last').length === 1);
    await allOver();
    expect(await Promise.all(['first', 'both', 'last'].map((id) => recordOf(id).words()))).toEqual([
      ['2026-10-25T02:30 started due'], ['2026-10-25T02:30 started due', '2026-10-25T02:30+1 started due'], ['2026-10-25T02:30+1 started due'],
    ]);
    expect(Object.values(await startedFor()).sort()).toEqual(['00', '00', '01', '01'].map((hour) => `2026-10-25T${hour}:30:00.000Z 2026-10-25`));
  }, 120_000);
});

describe('when its zone database is another one after a restart, a schedule', () => {
  const nightly = (timeZone: string) => `timeZone: ${timeZone}\ncron: "30 9 30 3 *"`;
  const moves = async () => (await here.api.events('?type=OccurrenceMoved')).map(({ stream, data }) => [stream, data]);

  it('starts where that has its time, once, and says on record what has moved', async () => {
    // By the former one Berlin was an hour further ahead, and New York an hour further behind.
    await here.startServer(at('2026-03-30T06:00:00Z'), zoneData('2010a', { 'Europe/Berlin': 'Europe/Athens', 'America/New_York': 'America/Chicago' }));
    await here.startAgent();
    await apply({ later: nightly('Europe/Berlin'), earlier: nightly('America/New_York'), same: nightly('Asia/Tokyo') });
    const { items } = JSON.parse(await done('schedule', 'next', 'later', '--count', '1', '--json')) as List<DueView>;
    expect(items).toMatchObject([{ at: '2026-03-30T06:30:00.000Z', local: '2026-03-30T09:30' }]);

    await here.killServer();
    await here.startServer(at('2026-03-30T07:29:50Z'));
    const expected = [
      ['schedule-earlier', { key: '2026-03-30T09:30', from: '2026-03-30T14:30:00.000Z', to: '2026-03-30T13:30:00.000Z' }],
      ['schedule-later', { key: '2026-03-30T09:30', from: '2026-03-30T06:30:00.000Z', to: '2026-03-30T07:30:00.000Z' }],
    ].map(([stream, data]) => [stream, expect.objectContaining({ ...(data as object), formerZoneData: '2010a', zoneData: process.versions['tz'] })]);
    await waitFor('both moves are on record', async () => (await moves()).length === 2);
    expect((await moves()).sort()).toEqual(expected);
    await waitFor('it has run', () => marksOf('later').length === 1);

    await here.killServer();
    await here.startServer(at('2026-03-30T14:00:00Z'));
    await waitFor('the other one has run', () => marksOf('earlier').length === 1);
    await allOver();
    expect(await Promise.all(['later', 'earlier', 'same'].map((id) => recordOf(id).words()))).toEqual([['2026-03-30T09:30 started due'], ['2026-03-30T09:30 started misfire'], []]);
    expect((await moves()).sort()).toEqual(expected);
  }, 120_000);
});

describe(`a server that is killed again and again around due instants (KIROKU_SEED=${SEED})`, () => {
  /** From a little before a whole second until a little after it. */
  const aroundNextSecond = (random: () => number) => 960 - Date.now() % 1_000 + Math.floor(random() * 140);

  it('loses no occurrence and doubles none', async () => {
    const random = randomFrom(SEED);
    await here.startServer();
    await here.startAgent('local', { slots: 64 });
    await apply({ often: 'every: 1s', other: 'every: 1s\noverlap: queue\njobnet: B' }, `jobnet: B\njobs:\n  B1: { agent: local, command: ${JSON.stringify(`echo "$SCHEDULE $KEY $KIROKU_EXECUTION_ID" >> ${here.path('marks')}`)} }\n`);
    for (let round = 1; round <= 8; round += 1) {
      await hasStarted('often', await recordOf('often').started() + 1);
      await strikeAfter(aroundNextSecond(random), () => here.killServer());
      await here.startServer();
    }
    for (const id of ['often', 'other']) await done('schedule', 'pause', id, '--reason', 'enough');
    for (const id of ['often', 'other']) await expectNothingLostNorDoubled(id);
    // No outage was as long as a minute, so that none of them is a matter of policy.
    expect([...new Set((await recordOf('often').decided()).map(({ what }) => what))].filter((what) => what !== 'skipped paused')).toEqual(['started due']);
  }, 300_000);
});
