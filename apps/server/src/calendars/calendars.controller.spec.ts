import { type CalendarDay, calendarDay, calendarView, type CalendarVersionView, type CalendarView } from '#protocol/calendars';
import type { CommandAnswer, List } from '#protocol/api';
import type { Problem } from '#protocol/problem';
import { closeServers, ServerUnderTest } from '../../test-support/server-under-test.js';
import { CalendarUsers } from './calendar-users.js';

let server: ServerUnderTest;

beforeEach(async () => { server = await ServerUnderTest.start(); });
afterEach(closeServers);

const apply = (id: string, days: string, headers: Record<string, string> = {}) => (
  server.request<CommandAnswer & Problem>('PUT', `/api/v1/calendars/${id}`, { body: `calendar: ${id}\ndays: ${days}\n`, headers })
);
const retire = (id: string, body: object = {}) => server.request<CommandAnswer & Problem>('POST', `/api/v1/calendars/${id}/retire`, { body: { reason: 'no more', ...body } });
const shown = async (id: string) => calendarView.parse(await server.read(`/api/v1/calendars/${id}`));
const open = async (id: string, from: string, to: string) => (
  (await server.read<List<CalendarDay>>(`/api/v1/calendars/${id}/days?from=${from}&to=${to}`)).items.filter((day) => calendarDay.parse(day).open).map(({ date }) => date.slice(5))
);

describe('a calendar', () => {
  it('is defined, revised, and changes nothing when it says the same in other words', async () => {
    expect(await apply('business-days', 'mon-fri')).toMatchObject({ status: 201, body: { version: 1 } });
    expect(await apply('business-days', '{ weekdays: [tue, mon, wed-fri] }')).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await apply('business-days', 'mon-thu')).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await server.store.typesOn('calendar-')).toEqual(['CalendarDefined', 'CalendarRevised']);
    expect((await server.read<List<CalendarVersionView>>('/api/v1/calendars/business-days/versions')).items.map(({ version }) => version)).toEqual([1, 2]);
    expect(await shown('business-days')).toMatchObject({ version: 2, state: 'active', definedBy: { id: 'admin' }, definition: { days: { weekdays: ['mon', 'tue', 'wed', 'thu'] } } });
  });

  it('tells its days through the calendars that it names, in their newest versions, also after a restart', async () => {
    await apply('holidays', '[2026-12-24..2026-12-26, 01-01]');
    await apply('business-days', '{ and: [mon-fri, { not: { calendar: holidays } }] }');
    expect(await open('business-days', '2026-12-21', '2027-01-04')).toEqual(['12-21', '12-22', '12-23', '12-28', '12-29', '12-30', '12-31', '01-04']);
    await apply('holidays', '[2026-12-24..2026-12-31, 01-01]');
    server = await server.restart();
    expect(await open('business-days', '2026-12-21', '2027-01-04')).toEqual(['12-21', '12-22', '12-23', '01-04']);
  });

  it('is repeated under its key without doing anything more', async () => {
    const key = { 'idempotency-key': 'k' };
    const first = await apply('a', 'mon', key);
    await apply('a', 'tue');
    expect((await apply('a', 'mon', key)).body).toEqual(first.body);
    expect(await shown('a')).toMatchObject({ version: 2 });
  });

  it('is refused with line and column of each fault', async () => {
    const { status, body } = await server.request<Problem>('PUT', '/api/v1/calendars/a', { body: 'calendar: a\ndays:\n  and:\n    - weekdays: [mon, toe]\n    - dates: 2026-02-30\n' });
    expect(status).toBe(400);
    expect(body.faults?.map(({ code, path, line, column }) => `${line}:${column} ${code} ${path}`)).toEqual(['4:23 bad-weekday days.and[0].weekdays[1]', '5:14 bad-date days.and[1].dates']);
    expect((await server.request('PUT', '/api/v1/calendars/b', { body: 'calendar: a\ndays: mon' })).body).toMatchObject({ status: 400, code: 'wrong-calendar' });
  });

  it('is taken as JSON too, as it is answered', async () => {
    await apply('a', '[mon-fri, 12-25]');
    const { definition } = await shown('a');
    const headers = { 'content-type': 'application/json' };
    expect(await server.request('PUT', '/api/v1/calendars/a', { body: JSON.stringify(definition), headers })).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await server.request('POST', '/api/v1/calendars/validate', { body: JSON.stringify(definition), headers })).toMatchObject({ status: 200, body: { valid: true, definition } });
  });

  it('names neither one that is not there, nor itself, nor in a circle', async () => {
    expect((await apply('a', '{ calendar: b }')).body).toMatchObject({ status: 409, code: 'unknown-calendar' });
    expect((await apply('a', '{ not: { calendar: a } }')).body).toMatchObject({ status: 409, code: 'calendar-cycle' });
    await apply('a', 'mon');
    await apply('b', '{ calendar: a }');
    expect((await apply('a', '{ calendar: b }')).body).toMatchObject({ status: 409, code: 'calendar-cycle', detail: 'calendars name each other in a circle: a → b → a' });
    expect(await server.store.typesOn('calendar-')).toEqual(['CalendarDefined', 'CalendarDefined']);
  });

  it('is changed in turn with those that it names: of two at once that would make a circle, one is refused', async () => {
    await apply('a', 'mon');
    await apply('b', 'tue');
    const statuses = (await Promise.all([apply('a', '{ calendar: b }'), apply('b', '{ calendar: a }')])).map(({ status }) => status);
    expect(statuses).toEqual([200, 409]);
  });
});

describe('a range of days', () => {
  it.each([
    ['of more than 1,100 days', '?from=2026-01-01&to=2029-01-05'], ['the wrong way round', '?from=2026-01-02&to=2026-01-01'],
    ['with a day that does not exist', '?from=2026-02-29&to=2026-03-01'], ['without an end', '?from=2026-02-01'],
  ])('is refused %s', async (_, query) => {
    await apply('a', 'mon');
    expect((await server.request('GET', `/api/v1/calendars/a/days${query}`)).body).toMatchObject({ status: 400, code: 'invalid-request' });
  });

  it('holds 1,100 days at most, each with its weekday', async () => {
    await apply('a', 'mon');
    const { items } = await server.read<List<CalendarDay>>('/api/v1/calendars/a/days?from=2026-01-01&to=2029-01-04');
    expect(items).toHaveLength(1_100);
    expect(items.slice(3, 5)).toEqual([{ date: '2026-01-04', weekday: 'sun', open: false }, { date: '2026-01-05', weekday: 'mon', open: true }]);
  });
});

describe('a calendar that is retired', () => {
  it('is refused that while a calendar or a schedule names it, and says which', async () => {
    await apply('a', 'mon');
    await apply('b', '{ calendar: a }');
    server.get(CalendarUsers).add((calendar) => (calendar === 'a' ? ['schedule nightly'] : []));
    expect((await retire('a')).body).toMatchObject({ status: 409, code: 'calendar-in-use', detail: 'a cannot be retired: it is named by calendar b, schedule nightly; change or retire those first' });
    expect((await retire('b')).status).toBe(200);
  });

  it('leaves the list, takes no new names, and is back when it is defined again', async () => {
    await apply('a', 'mon');
    expect((await retire('a', { expect: { version: 2 } })).body).toMatchObject({ status: 409, code: 'not-as-expected' });
    const [first, second] = [await retire('a'), await retire('a')];
    expect(second).toMatchObject({ status: 200, body: first.body });
    expect((await server.read<List<CalendarView>>('/api/v1/calendars')).items).toEqual([]);
    expect((await server.read<List<CalendarView>>('/api/v1/calendars?state=retired')).items).toMatchObject([{ calendar: 'a', state: 'retired', closed: { reason: 'no more' } }]);
    expect((await apply('b', '{ calendar: a }')).body).toMatchObject({ status: 409, code: 'unknown-calendar' });
    expect((await apply('a', 'mon')).body).toMatchObject({ version: 2 });
    expect((await apply('b', '{ calendar: a }')).status).toBe(201);
  });

  it('is not there when nobody defined it', async () => {
    expect((await retire('a')).body).toMatchObject({ status: 404, code: 'calendar-not-found' });
    expect((await server.request('GET', '/api/v1/calendars/a')).body).toMatchObject({ status: 404, code: 'calendar-not-found' });
    expect((await server.request('GET', '/api/v1/calendars/a/days?from=2026-01-01&to=2026-01-01')).body).toMatchObject({ status: 404, code: 'calendar-not-found' });
  });
});
