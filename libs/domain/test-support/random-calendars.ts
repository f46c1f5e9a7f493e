import fc from 'fast-check';
import type { DayRule } from '#events/planning/calendar-definition';

const weekday = fc.constantFrom('mon' as const, 'tue' as const, 'wed' as const, 'thu' as const, 'fri' as const, 'sat' as const, 'sun' as const);
const date = fc.tuple(fc.integer({ min: 2026, max: 2027 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([year, month, day]) => `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`);
const range = fc.tuple(date, date).map((ends) => ends.sort().join('..'));
const nth = fc.integer({ min: -5, max: 5 }).filter((number) => number !== 0);
const dayOfMonth = fc.integer({ min: -31, max: 31 }).filter((number) => number !== 0);

/** Rules that stand alone. */
const leaf: fc.Arbitrary<DayRule> = fc.oneof(
  fc.constant({ every: 'day' } as const),
  fc.record({ weekdays: fc.uniqueArray(weekday, { minLength: 1, maxLength: 6 }) }),
  fc.record({ nth, weekday }),
  fc.record({ dayOfMonth }),
  fc.record({ dates: fc.array(fc.oneof(date, range), { maxLength: 6 }) }),
  fc.record({ yearly: fc.array(fc.constantFrom('01-01', '02-29', '05-01', '12-25', '12-31'), { maxLength: 3 }) }),
);

/** Rules of every kind, three deep; of calendars they name `named` only. */
export function randomRule(named: readonly string[] = []): fc.Arbitrary<DayRule> {
  const ends = named.length === 0 ? leaf : fc.oneof(leaf, fc.record({ calendar: fc.constantFrom(...named) }));
  return fc.letrec<{ rule: DayRule }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      ends,
      fc.record({ and: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ or: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie('rule') }),
      fc.record({ shift: fc.integer({ min: -12, max: 12 }), days: tie('rule'), over: tie('rule') }),
      fc.record({ closed: fc.constantFrom('skip' as const, 'next' as const, 'previous' as const), days: tie('rule'), over: tie('rule') }),
    ),
  })).rule;
}

/** A day of the years that the rules speak of. */
export const randomDate = date;
