import type { ScheduleRule } from '#events/planning/schedule-definition';
import { at, cron, every, once } from '../test-support/schedules.js';
import { defaultFold } from './default-fold.js';
import { whyInvalid } from './why-invalid.js';

function faults(rule: ScheduleRule, timeZone = 'Europe/Berlin'): string[] {
  return whyInvalid(rule, timeZone).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('a rule is accepted', () => {
  it.each(['* * * * *', '30 2 * * *', '*/15 0-6,22 * * 1-5', '0 18 L * *', '0 18 LW * *', '0 18 15W * *', '0 18 * * FRI#2', '0 18 * * 5L', '0 0 29 2 *', '0 0 29 2 MON#5', '0 0 ? * mon', ' 0  0 1 JAN,JUL * '])('cron: %s', (expression) => {
    expect(faults(cron(expression))).toEqual([]);
  });

  it.each([at('00:00', '47:59'), every(15, '08:00', '26:00'), every(1, '08:00', '08:00'), once('2028-02-29T23:59')])('%j', (rule) => {
    expect(faults(rule)).toEqual([]);
  });

  it.each(['UTC', 'Asia/Tokyo', 'Asia/Calcutta', 'Asia/Kolkata', 'Etc/GMT+5', 'America/Argentina/Buenos_Aires'])('in %s', (zone) => {
    expect(faults(at('09:00'), zone)).toEqual([]);
  });
});

describe('a cron expression is refused', () => {
  it.each([
    ['61 * * * *', 'cron: cron, minute: "61" is not accepted (Invalid value for minute: 61); write *, numbers, lists, ranges and steps of 0 to 59.'],
    ['0 24 * * *', 'cron: cron, hour: "24" is not accepted'],
    ['0 0 32 * *', 'cron: cron, day of month: "32" is not accepted'],
    ['0 0 * 13 *', 'cron: cron, month: "13" is not accepted'],
    ['0 0 * * FOO', 'cron: cron, day of week: "FOO" is not accepted'],
    ['? 0 * * *', 'cron: cron, minute: "?" is not accepted (? stands for a day only)'],
    ['0 0 13 * +5', 'cron: cron, day of week: "+5" is not accepted (there is no +; use a calendar where both days have to fit)'],
    ['*/0 * * * *', 'cron: cron, minute: "*/0" is not accepted'],
    ['0 */5 * * * *', 'cron: cron has 6 fields; five are accepted: minute, hour, day of month, month, day of week, as "30 2 * * *". There are none for seconds and years.'],
    ['0 0 1 1 * 2027', 'cron: cron has 6 fields'],
    ['0 0 0 1 1 * 2027', 'cron: cron has 7 fields'],
    ['', 'cron: cron has 0 fields'],
    ['@daily', 'cron: cron: "@daily" is a nickname'],
    ['0 0 30 2 *', 'cron: cron: "0 0 30 2 *" is never due: no month that it names has such a day of month.'],
    ['0 0 31W 2,4,6 *', 'cron: cron: "0 0 31W 2,4,6 *" is never due'],
    [`${'0,'.repeat(400)}0 * * * *`, 'cron: cron has 809 characters; at most 500 are accepted.'],
  ])('%s', (expression, complaint) => {
    expect(faults(cron(expression))).toEqual([expect.stringContaining(complaint)]);
  });

  it('for each of its fields at once', () => {
    expect(faults(cron('60 24 0 0 8'))).toHaveLength(5);
  });
});

describe('a rule is refused', () => {
  it.each([
    [at('09:00', '48:00'), 'at.1: at: "48:00" is no time of a business day; write hours and minutes from 00:00 to 47:59, as 09:30, or 26:30 for 02:30 of the morning after it.'],
    [at('9:00'), 'at.0: at: "9:00" is no time of a business day'],
    [at(), 'at: at names no time'],
    [every(0, '08:00', '09:00'), 'every: every must be a whole number of seconds from 1 on, as 15m; found 0 seconds.'],
    [every(0.01, '08:00', '09:00'), 'every: every must be a whole number'],
    [every(15, '22:00', '02:00'), 'until: until (02:00) is before from (22:00); for a window over midnight count on, as 26:00 for 02:00 of the next day.'],
    [every(15, '22:00', 'noon'), 'until: until: "noon" is no time of a business day'],
    [once('2026-02-30T09:00'), 'once.0: once: "2026-02-30T09:00" is no local date and time; write it without a zone, as 2026-12-01T09:00.'],
    [once('2026-02-28T25:00'), 'once.0: once: "2026-02-28T25:00" is no local date and time'],
    [once('2026-02-28T09:00Z'), 'once.0: once: "2026-02-28T09:00Z" is no local date and time'],
    [once(...Array.from({ length: 1_001 }, () => '2026-02-28T09:00')), 'once: once names 1001 times; at most 1000 are accepted.'],
  ])('%j', (rule, complaint) => {
    expect(faults(rule)).toEqual([expect.stringContaining(complaint)]);
  });
});

describe('a time zone is refused', () => {
  it.each([
    ['Europe/Berlim', 'timeZone: timeZone: "Europe/Berlim" is not known to the zone database of this server; did you mean Europe/Berlin'],
    ['Berlin', 'did you mean Europe/Berlin'],
    ['New York', 'did you mean America/New_York'],
    ['+02:00', 'write an IANA name, as Europe/Berlin, or UTC.'],
    ['', 'write an IANA name, as Europe/Berlin, or UTC.'],
    ['x'.repeat(10_000), 'write an IANA name, as Europe/Berlin, or UTC.'],
  ])('%s', (zone, complaint) => {
    expect(faults(at('09:00'), zone)).toEqual([expect.stringContaining(complaint)]);
  });
});

describe('a time that comes twice, unless its author says otherwise', () => {
  it.each([
    [cron('30 2 * * *'), 'first'], [cron('*/15 * * * *'), 'both'], [cron('0 */2 * * *'), 'both'], [cron('0 0-23 * * *'), 'first'], [cron('*/15 2 * * *'), 'first'],
    [at('02:30'), 'first'], [once('2026-10-25T02:30'), 'first'], [every(15, '00:00', '24:00'), 'both'],
  ])('%j: %s', (rule, fold) => {
    expect(defaultFold(rule)).toBe(fold);
  });
});
