import fc from 'fast-check';
import type { ScheduleDefinition, ScheduleRule } from '#events/planning/schedule-definition';
import { monthOf, startsByEveryMinute } from '../test-support/every-minute.js';
import { cron, due, operatingDays, scheduleOf } from '../test-support/schedules.js';

const number = (least: number, most: number) => fc.integer({ min: least, max: most });
const field = (least: number, most: number) => fc.oneof(
  fc.constant('*'),
  number(2, Math.min(9, most - least)).map((step) => `*/${step}`),
  number(least, most).map(String),
  fc.tuple(number(least, most), number(least, most)).map((ends) => ends.sort((one, other) => one - other).join('-')),
  fc.uniqueArray(number(least, most), { minLength: 2, maxLength: 4 }).map((list) => list.join(',')),
);
/** The clocks change at night. */
const nightly = fc.oneof(field(0, 3), field(0, 23));
const dayOfMonth = fc.oneof(fc.constant('*'), field(1, 28), fc.constant('L'));
const weekday = fc.oneof(fc.constant('*'), field(0, 6), fc.tuple(number(0, 6), number(1, 5)).map((parts) => parts.join('#')), number(0, 6).map((day) => `${day}L`));
const time = (hours: number) => fc.tuple(number(0, hours), fc.constantFrom(0, 1, 15, 30, 45, 59)).map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
const dayTime = fc.oneof(time(3), time(47));

function rules(month: string): fc.Arbitrary<ScheduleRule> {
  const date = number(1, 28).map((day) => `${month}-${String(day).padStart(2, '0')}`);
  return fc.oneof(
    { weight: 3, arbitrary: fc.tuple(field(0, 59), nightly, dayOfMonth, fc.oneof(fc.constant('*'), field(1, 12)), weekday).map((fields) => cron(fields.join(' '))) },
    fc.array(dayTime, { minLength: 1, maxLength: 5 }).map((at): ScheduleRule => ({ kind: 'at', at })),
    fc.tuple(fc.constantFrom(1, 7, 15, 60, 100, 1500), dayTime, dayTime).map(([minutes, one, other]): ScheduleRule => {
      const [from = one, until = other] = [one, other].sort();
      return { kind: 'every', seconds: minutes * 60, from, until };
    }),
    fc.array(fc.tuple(date, fc.oneof(time(3), time(23))).map((parts) => parts.join('T')), { minLength: 1, maxLength: 6 }).map((once): ScheduleRule => ({ kind: 'once', once })),
  );
}

/** By the weekday, and some days besides. */
const calendars = fc.option(fc.record({ weekdays: fc.uniqueArray(number(0, 6), { minLength: 1, maxLength: 6 }), open: fc.array(number(1, 28), { maxLength: 3 }) })
  .map(({ weekdays, open }) => (date: string) => weekdays.includes(new Date(`${date}T00:00Z`).getUTCDay()) || open.includes(Number(date.slice(8)))), { nil: undefined });

function definitions(zone: string, month: string): fc.Arbitrary<ScheduleDefinition> {
  return fc.record({
    rule: rules(month), closed: fc.constantFrom('skip', 'next', 'previous'), shift: fc.oneof(fc.constant(0), number(-3, 3)),
    gap: fc.constantFrom('run', 'skip'), fold: fc.constantFrom('first', 'last', 'both'),
  }).map(({ rule, ...more }) => scheduleOf(rule, { ...more, timeZone: zone }));
}

const months = [
  ['Europe/Berlin', '2026-03'], ['Europe/Berlin', '2026-10'], ['America/New_York', '2026-11'], ['Australia/Lord_Howe', '2026-04'], ['Australia/Lord_Howe', '2026-10'],
  ['America/Santiago', '2026-09'], ['Asia/Beirut', '2026-03'], ['Asia/Beirut', '2026-10'], ['Asia/Tokyo', '2026-07'], ['Africa/Casablanca', '2026-03'], ['Pacific/Apia', '2011-12'],
] as const;

describe('the starts of a month', () => {
  it.each(months)('are those that one finds who asks every minute of it: %s %s', (zone, month) => {
    const minutes = monthOf(zone, month);
    fc.assert(fc.property(definitions(zone, month), calendars, (definition, isOpen) => {
      const days = isOpen && operatingDays(isOpen);
      const found = due(definition, new Date(minutes.from).toISOString().slice(0, 16), new Date(minutes.to).toISOString().slice(0, 16), days);
      const expected = startsByEveryMinute(definition, isOpen ?? (() => true), minutes);
      expect(found.map(({ key, at, businessDay }) => ({ key, at, businessDay }))).toEqual(expected);
    }), { numRuns: 25 });
  });
});
