import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { List } from '#protocol/api';
import type { CalendarDay, CalendarVersionView } from '#protocol/calendars';
import { Deployment } from '../support/deployment.js';
import { runKiroku } from '../support/run-kiroku.js';

const examples = fileURLToPath(new URL('../../examples/calendars.yaml', import.meta.url));

let here: Deployment;

beforeEach(async () => {
  here = await Deployment.create();
  await here.startServer();
}, 60_000);
afterEach(() => here.destroy(), 60_000);

const kiroku = (...args: string[]) => runKiroku(['calendar', ...args, '--url', here.url, '--data', here.data], { cwd: here.directory });

const DECEMBER = `calendar business-days

   December 2027
Mo Tu We Th Fr Sa Su
       1  2  3  4* 5*
 6  7  8  9 10 11*12*
13 14 15 16 17 18*19*
20 21 22 23 24*25*26*
27 28 29 30 31

* closed; 22 of 31 days are open
`;

describe('calendars', () => {
  it('are applied, imported and shown, survive a SIGKILL of the server, and are not retired while they are named', async () => {
    expect((await kiroku('apply', examples)).stdout).toMatch(/holidays-de version 1 \(defined\)\n.*business-days version 1 \(defined\)\n.*month-end version 1 \(defined\)\n.*payday version 1 \(defined\)\n$/);
    writeFileSync(here.path('holidays.ics'), 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Christmas, and\r\n  the day before\r\nDTSTART;VALUE=DATE:20271224\r\nDTEND;VALUE=DATE:20271227\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n');
    expect(await kiroku('import', 'holidays-de', here.path('holidays.ics'))).toMatchObject({ code: 0, stdout: expect.stringMatching(/holidays-de version 2 \(revised/) });
    expect(await kiroku('show', 'business-days', '2027', '--month', '12')).toMatchObject({ code: 0, stdout: DECEMBER });

    await here.killServer();
    await here.startServer();
    expect(await kiroku('show', 'business-days', '2027', '--month', '12')).toMatchObject({ code: 0, stdout: DECEMBER });
    const paydays = await here.api.get<List<CalendarDay>>('/api/v1/calendars/payday/days?from=2027-05-01&to=2027-08-31');
    expect(paydays.items.filter(({ open }) => open).map(({ date }) => date)).toEqual(['2027-05-14', '2027-06-15', '2027-07-15', '2027-08-13']);
    expect((await here.api.get<List<CalendarVersionView>>('/api/v1/calendars/holidays-de/versions')).items.map(({ version }) => version)).toEqual([1, 2]);

    const refused = await kiroku('retire', 'business-days', '--reason', 'no more');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/is named by calendar month-end, calendar payday; .* \(calendar-in-use\)/) });
    for (const name of ['payday', 'month-end', 'business-days']) expect(await kiroku('retire', name, '--reason', 'no more')).toMatchObject({ code: 0 });
    expect((await kiroku('list')).stdout).toMatch(/^CALENDAR .*\nholidays-de +active +2 /);
  }, 120_000);
});
