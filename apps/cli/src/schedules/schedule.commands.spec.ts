import type { DueView, ScheduleView } from '#protocol/schedules';
import { FakeServer, problem } from '../testing/fake-server.js';
import { cli, inProcess } from '../testing/in-process.js';
import { at, T0, T1 } from '../testing/views.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const world = (more: Parameters<typeof inProcess>[0] = {}) => inProcess({ ...more, env: { KIROKU_URL: server.url, TZ: 'UTC' } });
const run = (...args: string[]) => cli(['schedule', ...args], world());
const sent = () => JSON.parse(server.seen.at(-1)?.body ?? 'null') as unknown;

const due = (instant: string, local: string, more: Partial<DueView> = {}): DueView => ({
  at: at(instant), local, businessDay: local.slice(0, 10), timeZone: 'Europe/Berlin', key: local, schedule: 'nightly', jobnets: ['A'], ...more,
});
const definition: ScheduleView['definition'] = {
  schedule: 'nightly', jobnets: ['A', 'B'], rule: { kind: 'cron', cron: '30 2 * * *' }, timeZone: 'Europe/Berlin', calendar: 'workdays', closed: 'next', shift: -1,
  gap: 'run', fold: 'first', misfire: 'ask', within: 5400, overlap: 'skip', parameters: { DAY: '{{ occurrence.date }}' },
};
const nightly: ScheduleView = {
  schedule: 'nightly', version: 2, revision: 7, definition, definedAt: T0, definedBy: { kind: 'operator', id: 'hanako' }, state: 'active', asked: [],
  next: due('2026-11-24T01:30:00.000Z', '2026-11-24T02:30'),
};
const MISSED = { key: '2026-11-23T02:30', at: at('2026-11-23T01:30:00.000Z'), local: '2026-11-23T02:30', businessDay: '2026-11-23' };
const GAP = due('2026-03-29T01:00:00.000Z', '2026-03-29T02:30', { clocks: 'gap' });
const SECOND = due('2026-10-25T01:30:00.000Z', '2026-10-25T02:30', { clocks: 'second', key: '2026-10-25T02:30+1' });

describe('schedule list', () => {
  it('shows the state, when each starts next on its own clocks, and what it asks', async () => {
    const closed = { since: T1, by: { kind: 'operator' as const, id: 'hanako' }, reason: 'month-end' };
    const { next: _, ...paused } = { ...nightly, schedule: 'other', state: 'paused' as const, closed };
    server.on('GET /schedules', { body: { items: [{ ...nightly, asked: [MISSED] }, paused] } });
    const [headings, first, second] = (await run('list')).stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(headings).toEqual(['SCHEDULE', 'STATE', 'JOBNET', 'WHEN', 'NEXT START', 'ASKS', 'CLOSED']);
    expect(first).toEqual(['nightly', 'active', 'A, B', 'cron 30 2 * * *', 'Tue 2026-11-24 02:30 Europe/Berlin', '1 missed']);
    expect(second).toEqual(['other', 'paused', 'A, B', 'cron 30 2 * * *', expect.stringMatching(/ by hanako: month-end$/)]);
  });

  it('asks for the retired ones only when it is told to', async () => {
    server.on('GET /schedules', { body: { items: [] } });
    expect((await run('list')).stdout).toMatch(/^there are no schedules in use: kiroku schedule apply FILE/);
    await run('list', '--all');
    expect(server.seen.map(({ query }) => query)).toEqual([{}, { state: 'active,paused,retired', limit: '1000' }]);
  });
});

describe('schedule show', () => {
  it('says in words what it says, what comes, and what waits for a word', async () => {
    server.on('GET /schedules/nightly', { body: { ...nightly, asked: [MISSED] } }).on('GET /schedules/nightly/next', { body: { items: [GAP, SECOND] } });
    const { stdout } = await run('show', 'nightly');
    expect(stdout).toMatch(/^schedule nightly, version 2, defined .* by hanako\nstarts A, B: cron 30 2 \* \* \*, Europe\/Berlin\ncalendar workdays: a closed day is moved to the next open day, then moved by -1 operating day\n/);
    expect(stdout).toContain('\nmisfire ask: of missed starts an operator is asked about each; more than 1h30m late is left out\n');
    expect(stdout).toMatch(/Sun 2026-03-29 03:00 Europe\/Berlin +A +2026-03-29 +2026-03-29T02:30 +02:30 is passed over by the clocks\n/);
    expect(stdout).toMatch(/Sun 2026-10-25 02:30 Europe\/Berlin +A +2026-10-25 +2026-10-25T02:30\+1 +02:30 comes twice; this is the second\n/);
    expect(stdout).toMatch(/\(kiroku schedule start\|skip nightly OCCURRENCE\.\.\., or --all\):\nOCCURRENCE .*\n2026-11-23T02:30 +Mon 2026-11-23 02:30 Europe\/Berlin +2026-11-23\n$/);
  });

  it('asks for nothing that does not come while it is paused', async () => {
    server.on('GET /schedules/nightly', { body: { ...nightly, state: 'paused', closed: { since: T1, by: { kind: 'operator', id: 'hanako' }, reason: 'x' } } });
    expect((await run('show', 'nightly')).stdout).toMatch(/\npaused since .* by hanako: x: it starts nothing\n[^]*nothing comes while it is paused: kiroku schedule resume nightly\n$/);
    expect(server.seen).toHaveLength(1);
  });

  it.each<[string, ScheduleView['definition']['rule']]>([
    ['at 09:00, 26:30', { kind: 'at', at: ['09:00', '26:30'] }], ['every 1h30m from 08:00 until 18:00', { kind: 'every', seconds: 5400, from: '08:00', until: '18:00' }],
    ['once 2026-12-01T09:00', { kind: 'once', once: ['2026-12-01T09:00'] }], ['once 1, 2, and 2 more', { kind: 'once', once: ['1', '2', '3', '4'] }],
  ])('says %s', async (words, rule) => {
    server.on('GET /schedules/nightly', { body: { ...nightly, definition: { ...definition, rule } } }).on('GET /schedules/nightly/next', { body: { items: [] } });
    expect((await run('show', 'nightly')).stdout).toContain(`\nstarts A, B: ${words}, Europe/Berlin\n`);
  });
});

describe('schedule next', () => {
  it('prints with --json what the API answered', async () => {
    server.on('GET /schedules/nightly/next', { body: '{"items": [ ]}' });
    const { stdout } = await run('next', 'nightly', '--from', '2026-03-28T00:00:00Z', '--count', '5', '--json');
    expect(stdout).toBe('{"items": [ ]}\n');
    expect(server.seen[0]?.query).toEqual({ from: '2026-03-28T00:00:00.000Z', count: '5' });
  });

  it.each([
    ['2026-03-28', '2026-03-27T23:00:00.000Z'], ['2026-07-01 12:00', '2026-07-01T10:00:00.000Z'], ['2026-03-29T02:30', '2026-03-29T01:00:00.000Z'], ['2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
  ])('takes %s on the clocks of the schedule', async (text, from) => {
    server.on('GET /schedules/nightly', { body: nightly }).on('GET /schedules/nightly/next', { body: { items: [GAP] } });
    await run('next', 'nightly', '--from', text);
    expect(server.seen.at(-1)?.query).toEqual({ from });
  });

  it('shows without a name what all of them start, each on its own clocks, and says when that is not all', async () => {
    server.on('GET /forecast', { body: { items: [GAP, due('2026-03-29T02:00:00.000Z', '2026-03-29T11:00', { schedule: 'tokyo', timeZone: 'Asia/Tokyo' })], next: 'more' } });
    const { stdout, stderr } = await run('next', '--days', '14', '--count', '2');
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([['STARTS', 'SCHEDULE'], ['Sun 2026-03-29 03:00 Europe/Berlin', 'nightly'], ['Sun 2026-03-29 11:00 Asia/Tokyo', 'tokyo'], ['']]);
    expect(stderr).toBe('kiroku: there is more in those days: add --all, or --cursor more\n');
    expect((await run('next', '--days', '14', '--count', '2', '--json')).stderr).toBe(stderr);
    expect((await run('next', '--count', '2')).stderr).toBe('');
  });

  it('follows every page of those days with --all, and only of days', async () => {
    server.on('GET /forecast', { body: { items: [GAP], next: 'more' } }, { body: { items: [SECOND] } });
    const { stdout, stderr } = await run('next', '--days', '14', '--all', '--json');
    expect([JSON.parse(stdout), stderr]).toEqual([{ items: [GAP, SECOND] }, '']);
    expect(server.seen.map(({ query }) => query)).toEqual([{ days: '14', count: '1000' }, { days: '14', count: '1000', cursor: 'more' }]);
    expect(await run('next', '--all')).toMatchObject({ code: 2, stderr: expect.stringContaining('--all goes with --days') as string });
  });

  it.each([[['next', 'nightly'], 'schedule nightly is not due in the next five years\n'], [['next', '--days', '2'], 'no active schedule starts anything in those 2 days\n']])('says so when nothing comes: %j', async (words, said) => {
    server.on('GET /schedules/nightly/next', { body: { items: [] } }).on('GET /forecast', { body: { items: [] } });
    expect((await run(...words)).stdout).toBe(said);
  });

  it('shows an instant of a zone that is not known here as it is', async () => {
    server.on('GET /schedules/nightly/next', { body: { items: [{ ...GAP, timeZone: 'Mars/Base' }] } });
    expect((await run('next', 'nightly')).stdout).toContain('\n2026-03-29T01:00:00.000Z (Mars/Base)  A ');
  });

  it.each([['--from', 'yesterday'], ['--from', '2026-02-30'], ['--days', 'x'], ['--count', '-1']])('is wrong usage with %s %s', async (flag, value) => {
    expect(await run('next', 'nightly', flag, value)).toMatchObject({ code: 2, stdout: '' });
    expect(server.seen).toEqual([]);
  });
});

describe('a word about a schedule', () => {
  it.each([['pause', 'is paused: it starts nothing'], ['resume', 'starts what is due from now on'], ['retire', 'is retired: out of the lists, and it starts nothing']])('%s goes with reason and expectation', async (verb, said) => {
    server.on(`POST /schedules/nightly/${verb}`, { body: { position: '12' } });
    const flags = ['--reason', 'x', '--ticket', 'T-1', '--expect-state', 'active', '--expect-version', '2', '--idempotency-key', 'k1'];
    expect(await run(verb, 'nightly', ...flags)).toMatchObject({ code: 0, stdout: `schedule nightly ${said} (position 12)\n` });
    expect(sent()).toEqual({ reason: 'x', ticket: 'T-1', expect: { state: 'active', version: 2 } });
    expect(server.seen[0]?.headers['idempotency-key']).toBe('k1');
  });

  it.each([['pause'], ['retire'], ['start', MISSED.key], ['skip', MISSED.key], ['backfill', '--from', '2026-11-01', '--until', '2026-11-02']])('%s needs a reason, asked for on a terminal', async (verb, ...rest) => {
    expect(await run(verb, 'nightly', ...rest)).toMatchObject({ code: 2, stdout: '', stderr: 'kiroku: a reason is required: --reason "..." (it goes on record)\n' });
    const path = `schedules/nightly/${rest[0] === MISSED.key ? `occurrences/${encodeURIComponent(MISSED.key)}/` : ''}${verb}`;
    server.on('GET /schedules/nightly', { body: nightly }).on(`POST /${path}`, { body: { position: '12', started: 0, already: 0 } });
    expect((await cli(['schedule', verb, 'nightly', ...rest], world({ tty: true, input: 'asked by hanako\n' }))).code).toBe(0);
    expect(sent()).toMatchObject({ reason: 'asked by hanako' });
  });

  it.each([['start', 'is started'], ['skip', 'is left out']])('%s answers what was asked about an occurrence, also the second of two', async (verb, said) => {
    server.on(`POST /schedules/nightly/occurrences/${encodeURIComponent(SECOND.key)}/${verb}`, { body: { position: '12' } });
    expect(await run(verb, 'nightly', SECOND.key, '--reason', 'x')).toMatchObject({ code: 0, stdout: `occurrence 2026-10-25T02:30+1 of schedule nightly ${said} (position 12)\n` });
  });

  it.each([['named', [MISSED.key, SECOND.key]], ['all', ['--all']]])('answers several with one reason, each for itself: %s', async (_, which) => {
    const paths = [MISSED, SECOND].map(({ key }) => `/schedules/nightly/occurrences/${encodeURIComponent(key)}/skip`);
    server.on('GET /schedules/nightly', { body: { ...nightly, asked: [MISSED, SECOND] } });
    for (const [index, path] of paths.entries()) server.on(`POST ${path}`, { body: { position: `${12 + index}` } });
    const { code, stdout } = await cli(['schedule', 'skip', 'nightly', ...which, '--idempotency-key', 'k1'], world({ tty: true, input: 'nobody reads them\n' }));
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'occurrence 2026-11-23T02:30 of schedule nightly is left out (position 12)\noccurrence 2026-10-25T02:30+1 of schedule nightly is left out (position 13)\n' });
    expect(server.seen.slice(-2).map(({ body, headers }) => [JSON.parse(body), headers['idempotency-key']])).toEqual([MISSED, SECOND].map(({ key }) => [{ reason: 'nobody reads them' }, `k1 ${key}`]));
  });

  it('answers all where there are none, and wants to be told which', async () => {
    server.on('GET /schedules/nightly', { body: nightly });
    expect(await run('start', 'nightly', '--all', '--reason', 'x')).toMatchObject({ code: 0, stdout: 'schedule nightly asks about nothing\n' });
    for (const which of [[], [MISSED.key, '--all']]) expect(await run('start', 'nightly', ...which, '--reason', 'x')).toMatchObject({ code: 2, stderr: 'kiroku: name the occurrences, or say --all\n' });
  });

  it('says why it was refused, and exits with 1', async () => {
    server.on('POST /schedules/nightly/pause', problem(409, 'schedule-retired', 'nightly cannot be paused: it is retired'));
    expect(await run('pause', 'nightly', '--reason', 'x')).toMatchObject({ code: 1, stdout: '', stderr: 'kiroku: nightly cannot be paused: it is retired (schedule-retired)\n' });
  });
});

describe('schedule backfill', () => {
  it.each([
    [{ started: 5, already: 2 }, '5 occurrences are started, 2 had been started before'], [{ started: 1, already: 0 }, '1 occurrence is started'],
    [{ started: 0, already: 3 }, 'nothing is started, 3 had been started before'], [{ started: 0, already: 0 }, 'nothing was due in that stretch'],
  ])('takes dates in the zone of the schedule, and says what came of it: %j', async (answer, said) => {
    server.on('GET /schedules/nightly', { body: nightly }).on('POST /schedules/nightly/backfill', { body: { position: '12', ...answer } });
    expect((await run('backfill', 'nightly', '--from', '2026-11-01', '--until', '2026-11-08T00:00:00Z', '--reason', 'late')).stdout).toBe(`schedule nightly: ${said} (position 12)\n`);
    expect(sent()).toEqual({ from: '2026-10-31T23:00:00.000Z', until: '2026-11-08T00:00:00.000Z', reason: 'late' });
  });

  it('needs both ends', async () => {
    expect(await run('backfill', 'nightly', '--from', '2026-11-01', '--reason', 'late')).toMatchObject({ code: 2, stderr: expect.stringMatching(/--until/) });
  });
});

describe('completion', () => {
  it('knows schedules, and of one the occurrences that it asks about', async () => {
    server.on('GET /schedules', { body: { items: [nightly] } }).on('GET /schedules/nightly', { body: { ...nightly, asked: [MISSED] } });
    const completed = async (...words: string[]) => (await cli(['complete', '--', ...words], world())).stdout;
    expect(await completed('schedule', 'pause', '')).toBe('nightly\n');
    expect(await completed('run', 'list', '--schedule', 'n')).toBe('nightly\n');
    expect(await completed('schedule', 'start', 'nightly', '')).toBe(`${MISSED.key}\n`);
  });
});
