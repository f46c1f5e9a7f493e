import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeServer, problem, type Seen } from '../testing/fake-server.js';
import { cli, inProcess } from '../testing/in-process.js';

let server: FakeServer;
let cwd: string;

beforeEach(async () => {
  server = await FakeServer.start();
  cwd = mkdtempSync(join(tmpdir(), 'kiroku-calendars-'));
});
afterEach(async () => {
  await server.stop();
  rmSync(cwd, { recursive: true });
});

const world = (more: Parameters<typeof inProcess>[0] = {}) => inProcess({ ...more, cwd, env: { KIROKU_URL: server.url, TZ: 'UTC' } });
const run = (...args: string[]) => cli(['calendar', ...args], world());

/** The days that were asked for; those of the weekend are closed. */
function days({ query }: Seen): { body: unknown } {
  const items: object[] = [];
  for (let time = Date.parse(query['from'] ?? ''); time <= Date.parse(query['to'] ?? ''); time += 86_400_000) {
    const number = new Date(time).getUTCDay();
    items.push({ date: new Date(time).toISOString().slice(0, 10), weekday: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][number], open: number > 0 && number < 6 });
  }
  return { body: { items } };
}

const JANUARY = `calendar business-days

    January 2027
Mo Tu We Th Fr Sa Su
             1  2* 3*
 4  5  6  7  8  9*10*
11 12 13 14 15 16*17*
18 19 20 21 22 23*24*
25 26 27 28 29 30*31*

* closed; 21 of 31 days are open
`;

describe('calendar show', () => {
  beforeEach(() => server.on('GET /calendars/business-days/days', days));

  it('prints a month as people read one, Monday first, closed days marked', async () => {
    expect(await run('show', 'business-days', '2027', '--month', '1')).toMatchObject({ code: 0, stdout: JANUARY });
  });

  it('prints a year, three months beside each other', async () => {
    const { stdout } = await run('show', 'business-days', '2028');
    const lines = stdout.split('\n');
    expect(lines[2]).toBe('    January 2028           February 2028             March 2028');
    expect(lines[4]).toBe('                1* 2*       1  2  3  4  5* 6*          1  2  3  4* 5*');
    expect(lines.at(-2)).toBe('* closed; 260 of 366 days are open');
    expect(server.seen[0]?.query).toEqual({ from: '2028-01-01', to: '2028-12-31' });
    expect(lines.every((line) => line.length <= 80)).toBe(true);
  });

  it('ends February where it ends', async () => {
    await run('show', 'business-days', '2028', '--month', '2');
    expect(server.seen[0]?.query).toEqual({ from: '2028-02-01', to: '2028-02-29' });
  });

  it('colours closed days on a terminal, which moves nothing', async () => {
    const { stdout } = await cli(['calendar', 'show', 'business-days', '2027', '--month', '1'], world({ tty: true }));
    expect(stdout).toContain('\u001b[2m 2*\u001b[0m');
    // eslint-disable-next-line no-control-regex -- the colours are what is taken away
    expect(stdout.replaceAll(/\u001b\[\d+m/g, '')).toBe(JANUARY);
  });

  it('shows each calendar for a year alone, one after the other, and all of them as JSON', async () => {
    server.on('GET /calendars', { body: { items: [{ calendar: 'business-days' }, { calendar: 'a' }] } }).on('GET /calendars/a/days', days);
    expect((await run('show', '2027', '--month', '1')).stdout).toBe(`${JANUARY}\n${JANUARY.replace('business-days', 'a')}`);
    const { items } = JSON.parse((await run('show', '2027', '--month', '1', '--json')).stdout) as { items: { calendar: string; days: object[] }[] };
    expect(items.map((each) => [each.calendar, each.days.length])).toEqual([['business-days', 31], ['a', 31]]);
  });

  it.each([[['show', 'a', 'next']], [['show', 'a', '--month', '1']], [['show', 'a', '2027', '--month', '13']]])('takes years and months only: %j', async (words) => {
    expect(await run(...words)).toMatchObject({ code: 2, stdout: '' });
    expect(server.seen).toEqual([]);
  });

  it('prints what a calendar says', async () => {
    const definition = { calendar: 'a', description: 'all', days: { and: [{ weekdays: ['mon'] }, { not: { calendar: 'b' } }] } };
    server.on('GET /calendars/a', { body: { calendar: 'a', version: 2, revision: 1, definition, definedAt: '2026-11-20T12:00:00.000Z', definedBy: { kind: 'operator', id: 'hanako' }, state: 'active' } });
    const { stdout } = await run('show', 'a');
    expect(stdout).toMatch(/^calendar a, version 2, defined .* by hanako\nall\n\ndays:\n {2}and:\n {4}- weekdays:\n/);
  });
});

describe('calendar apply', () => {
  it('prints faults as a compiler does', async () => {
    writeFileSync(join(cwd, 'a.yaml'), 'calendar: a\ndays: toe\n');
    server.on('PUT /calendars/a', problem(400, 'invalid-definition', 'line 2', { faults: [{ code: 'bad-value', message: '"toe" says no days.', path: 'days', line: 2, column: 7 }] }));
    expect(await run('apply', 'a.yaml')).toMatchObject({ code: 1, stdout: '', stderr: 'a.yaml:2:7: "toe" says no days.\n' });
  });
});

describe('calendar import', () => {
  it('makes a calendar of dates', async () => {
    writeFileSync(join(cwd, 'h.txt'), '2026-12-24\n12-25\n');
    server.on('PUT /calendars/h', { status: 201, body: { position: '1', version: 1 } });
    expect(await run('import', 'h', 'h.txt')).toMatchObject({ code: 0, stdout: 'h.txt: calendar h version 1 (defined)\n' });
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({ calendar: 'h', days: { or: [{ dates: ['2026-12-24'] }, { yearly: ['12-25'] }] } });
  });

  it('changes nothing when a line cannot be taken', async () => {
    writeFileSync(join(cwd, 'h.txt'), '2026-12-24\nChristmas\n');
    expect(await run('import', 'h', 'h.txt')).toMatchObject({ code: 1, stderr: expect.stringMatching(/^kiroku: h\.txt:2: "Christmas" is no date/) });
    expect(server.seen).toEqual([]);
  });
});

describe('calendar retire', () => {
  it('sends reason and expectation, and says why it was refused', async () => {
    server.on('POST /calendars/a/retire', problem(409, 'calendar-in-use', 'a cannot be retired: it is named by calendar b'));
    expect(await run('retire', 'a', '--reason', 'x', '--expect-version', '2')).toMatchObject({ code: 1, stderr: 'kiroku: a cannot be retired: it is named by calendar b (calendar-in-use)\n' });
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({ reason: 'x', expect: { version: 2 } });
  });
});
