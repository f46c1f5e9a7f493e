import { at, cron, due, every, monToFri, once, operatingDays, scheduleOf, utc } from '../test-support/schedules.js';
import { occurrencesBetween } from './occurrences-between.js';

const inDecember = { from: '2026-11-30T23:00', to: '2026-12-31T23:00' };
const newYear = operatingDays((date) => monToFri.isOpen(date) && !['2026-12-24', '2026-12-25', '2026-12-31'].includes(date));

/** Business day and local time. */
function decemberOf(...[definition, days = newYear]: [Parameters<typeof due>[0], Parameters<typeof due>[3]?]): string[] {
  return due(definition, inDecember.from, inDecember.to, days).map(({ businessDay, local }) => `${businessDay} ${local}`);
}

describe('a calendar', () => {
  it('leaves out the days that it has closed', () => {
    expect(decemberOf(scheduleOf(cron('0 9 24-28 * *')))).toEqual(['2026-12-28 2026-12-28T09:00']);
  });

  it('moves them to the next open day, which has one start', () => {
    expect(decemberOf(scheduleOf(cron('0 9 24-28 * *'), { closed: 'next' }))).toEqual(['2026-12-28 2026-12-28T09:00']);
  });

  it('moves them to the previous open day', () => {
    expect(decemberOf(scheduleOf(cron('0 9 24-27 * *'), { closed: 'previous' }))).toEqual(['2026-12-23 2026-12-23T09:00']);
  });

  it('shifts by operating days, after it has moved', () => {
    expect(decemberOf(scheduleOf(cron('0 18 L * *'), { closed: 'previous', shift: -1 }))).toEqual(['2026-12-29 2026-12-29T18:00']);
    expect(decemberOf(scheduleOf(cron('0 18 24 * *'), { closed: 'next', shift: 2 }))).toEqual(['2026-12-30 2026-12-30T18:00']);
  });

  it('brings a start into the window from far outside of it', () => {
    expect(decemberOf(scheduleOf(cron('0 9 2 11 *'), { shift: 22 }))).toEqual(['2026-12-02 2026-12-02T09:00']);
    expect(decemberOf(scheduleOf(cron('0 9 4 1 *'), { shift: -3 }))).toEqual(['2026-12-29 2026-12-29T09:00']);
  });

  it('may be open on one day only, long before or after', () => {
    const single = operatingDays((date) => date === '2026-12-15');
    expect(decemberOf(scheduleOf(cron('0 9 1 7 *'), { closed: 'next' }), single)).toEqual(['2026-12-15 2026-12-15T09:00']);
    expect(decemberOf(scheduleOf(cron('0 9 1 7 *'), { closed: 'previous' }), single)).toEqual(['2026-12-15 2026-12-15T09:00']);
    expect(decemberOf(scheduleOf(at('09:00'), { shift: 1 }), single)).toEqual([]);
    expect(decemberOf(scheduleOf(at('09:00'), { closed: 'next' }), operatingDays(() => false))).toEqual([]);
  });

  it('goes on after more than a year in which it is closed', () => {
    const far = operatingDays((date) => date === '2024-01-01' || date >= '2026-12-30');
    for (const closed of ['skip', 'next', 'previous'] as const) {
      expect(due(scheduleOf(at('09:00'), { closed }), '2023-12-31T23:00', '2026-12-31T22:00', far).map(({ businessDay }) => businessDay)).toEqual(['2024-01-01', '2026-12-30', '2026-12-31']);
    }
    expect(decemberOf(scheduleOf(at('09:00'), { shift: 1 }), far)).toEqual(['2026-12-31 2026-12-31T09:00']);
  });

  it('decides by the business day what is due on the morning after it', () => {
    expect(due(scheduleOf(at('26:30')), '2026-12-04T23:00', '2026-12-07T23:00', monToFri).map(({ key, businessDay }) => [businessDay, key])).toEqual([['2026-12-04', '2026-12-05T02:30']]);
  });

  it('moves single dates and windows', () => {
    expect(decemberOf(scheduleOf(once('2026-12-25T09:00', '2026-12-26T08:00', '2026-12-27T09:00'), { closed: 'next' }))).toEqual(['2026-12-28 2026-12-28T08:00', '2026-12-28 2026-12-28T09:00']);
    expect(decemberOf(scheduleOf(every(60, '09:00', '10:00')), operatingDays((date) => date.endsWith('-24')))).toEqual(['2026-12-24 2026-12-24T09:00', '2026-12-24 2026-12-24T10:00']);
  });
});

describe('one local time', () => {
  it('is due once, however many rules of a list or days name it', () => {
    expect(due(scheduleOf(at('02:30', '26:30', '02:30')), '2026-12-01T23:00', '2026-12-02T22:00').map(({ key, businessDay }) => [key, businessDay])).toEqual([['2026-12-02T02:30', '2026-12-02']]);
  });

  it('is due in a window that begins with it, and not in one that ends there', () => {
    expect(due(scheduleOf(at('09:00')), '2026-12-02T08:00', '2026-12-03T08:00').map(({ key }) => key)).toEqual(['2026-12-02T09:00']);
    expect(due(scheduleOf(at('09:00')), '2026-12-02T08:00', '2026-12-02T08:00')).toEqual([]);
  });

  it('is told with seconds where an interval has some', () => {
    const definition = scheduleOf({ kind: 'every', seconds: 45, from: '09:00', until: '09:02' });
    expect(due(definition, '2026-12-02T00:00', '2026-12-02T12:00').map(({ key }) => key)).toEqual(['2026-12-02T09:00', '2026-12-02T09:00:45', '2026-12-02T09:01:30']);
  });
});

describe('it is lazy', () => {
  it('asks the calendar for no more days than the first starts need', () => {
    const asked = new Set<string>();
    const days = operatingDays((date) => { asked.add(date); return monToFri.isOpen(date); });
    const all = occurrencesBetween(scheduleOf(cron('*/5 * * * *')), days, utc('2026-12-01T00:00'), utc('2036-12-01T00:00'));
    for (const { key } of all) if (key === '2026-12-03T00:00') break;
    expect([...asked].sort().at(-1)).toBe('2026-12-03');
  });

  it('jumps over years in which nothing is due', () => {
    const [first] = occurrencesBetween(scheduleOf(cron('0 0 29 2 *')), undefined, utc('2096-12-01T00:00'), utc('2199-12-01T00:00'));
    expect(first?.key).toBe('2104-02-29T00:00');
  });
});

it('goes through a year of a hundred schedules, and each day of it', () => {
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Tokyo'];
  const schedules = Array.from({ length: 100 }, (_, index) => scheduleOf(index % 2 === 0 ? cron(`${index % 60} */6 * * *`) : at(`${10 + index % 30}:30`), { timeZone: zones[index % 4] ?? 'UTC' }));
  const counts = schedules.map((definition) => due(definition, '2026-01-01T00:00', '2027-01-01T00:00', monToFri).length);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(260);
  expect(Math.max(...counts)).toBeLessThanOrEqual(262 * 4);
});
