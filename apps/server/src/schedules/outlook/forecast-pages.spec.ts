import type { List } from '#protocol/api';
import type { DueView } from '#protocol/schedules';
import { MoodyEventStore } from '../../../test-support/moody.event-store.js';
import { closeServers, ServerUnderTest } from '../../../test-support/server-under-test.js';
import { SimulatedClock } from '../../../test-support/simulated-clock.js';

const NOW = '2026-03-02T12:00:00.000Z';
const DAY_MS = 86_400_000;

let server: ServerUnderTest;
let clock: SimulatedClock;

beforeEach(async () => {
  clock = new SimulatedClock(NOW);
  server = await ServerUnderTest.start(new MoodyEventStore(), undefined, 30, clock);
  await server.define('jobnet: A\njobs:\n  A1: { command: ./one, agent: away }\n');
});

afterEach(closeServers);

async function put(path: string, body: string): Promise<void> {
  expect((await server.request('PUT', `/api/v1/${path}`, { body })).status).toBe(201);
}

/** Every page, following `next`; `query` is said only with the first one. */
async function pages(query: string, size = ''): Promise<DueView[][]> {
  const all: DueView[][] = [];
  for (let next: string | undefined, asked = query; ; asked = `cursor=${next}${size}`) {
    const page = await server.read<List<DueView>>(`/api/v1/${asked.startsWith('cursor') ? `forecast?${asked}` : asked}`);
    all.push(page.items);
    next = page.next;
    if (next === undefined) return all;
  }
}

describe('a forecast', () => {
  it('of 14 days over closed days has just what an independent count has, on several pages', async () => {
    // Friday the 6th is a holiday beside the weekends.
    await put('calendars/workdays', 'calendar: workdays\ndays: { and: [mon-fri, { not: 2026-03-06 }] }\n');
    await put('schedules/often', 'schedule: often\njobnet: A\ncron: "*/5 * * * *"\ncalendar: workdays\n');
    await put('schedules/daily', 'schedule: daily\njobnet: A\nat: "09:00"\ntimeZone: Asia/Tokyo\n');
    const expected: string[] = [];
    const begin = Date.parse(NOW);
    for (let at = begin; at < begin + 14 * DAY_MS; at += 5 * 60_000) {
      const date = new Date(at);
      const isOpen = date.getUTCDay() % 6 !== 0 && date.toISOString().slice(0, 10) !== '2026-03-06';
      // 09:00 in Tokyo is midnight in UTC.
      if (date.getUTCHours() === 0 && date.getUTCMinutes() === 0) expected.push(`${date.toISOString()} daily`);
      if (isOpen) expected.push(`${date.toISOString()} often`);
    }
    const all = await pages('forecast?days=14');
    expect(all.map((page) => page.length)).toEqual([1000, 1000, expected.length - 2000]);
    expect(all.flat().map(({ at, schedule }) => `${at} ${schedule}`)).toEqual(expected);
  });

  it('goes on among more starts of one instant than a page has, each once', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `s${String(index).padStart(2, '0')}`);
    for (const name of names) await put(`schedules/${name}`, `schedule: ${name}\njobnet: A\nat: "09:00"\n`);
    const all = await pages('forecast?days=2&count=5', '&count=5');
    expect(all.map((page) => page.length)).toEqual([5, 5, 5, 5, 4]);
    expect(all.flat().map(({ at, schedule }) => `${at.slice(0, 10)} ${schedule}`)).toEqual(['2026-03-03', '2026-03-04'].flatMap((day) => names.map((name) => `${day} ${name}`)));
  });

  it('ends where it was to end when it was first asked, however late its next page is', async () => {
    await put('schedules/hourly', 'schedule: hourly\njobnet: A\ncron: "0 * * * *"\n');
    const { next } = await server.read<List<DueView>>('/api/v1/forecast?days=1&count=20');
    await clock.advance(3_600_000);
    const rest = await server.read<List<DueView>>(`/api/v1/forecast?cursor=${next}`);
    expect([rest.items.at(0)?.at, rest.items.at(-1)?.at, rest.next]).toEqual(['2026-03-03T08:00:00.000Z', '2026-03-03T11:00:00.000Z', undefined]);
  });

  it('of one schedule is paged likewise, and refuses a cursor that no page ended with', async () => {
    await put('schedules/hourly', 'schedule: hourly\njobnet: A\ncron: "0 * * * *"\n');
    const { items, next } = await server.read<List<DueView>>('/api/v1/schedules/hourly/next?count=3');
    expect((await server.read<List<DueView>>(`/api/v1/schedules/hourly/next?count=1&cursor=${next}`)).items.map(({ at }) => at)).toEqual([new Date(Date.parse(items[2]!.at) + 3_600_000).toISOString()]);
    for (const cursor of ['x', 'bnVsbA', Buffer.from('["now","a","b",null]').toString('base64url')]) {
      expect((await server.request('GET', `/api/v1/forecast?cursor=${cursor}`)).body).toMatchObject({ status: 400, code: 'invalid-request' });
    }
  });
});
