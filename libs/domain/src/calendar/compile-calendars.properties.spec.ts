import fc from 'fast-check';
import type { DayRule } from '#events/planning/calendar-definition';
import { oracle, plusDays } from '../../test-support/calendar-oracle.js';
import { randomDate, randomRule } from '../../test-support/random-calendars.js';
import { compileCalendars, type OperatingDays } from './compile-calendars.js';

function compiled(rules: Readonly<Record<string, DayRule>>): (calendar: string) => OperatingDays {
  const calendars = compileCalendars(Object.entries(rules).map(([calendar, days]) => ({ calendar, days })));
  return (calendar) => {
    const found = calendars.find(calendar);
    if ('rejected' in found) throw new Error(found.message);
    return found;
  };
}

const days = (rule: DayRule) => compiled({ rule })('rule');
/** Two months of days from a date on, as a text of the open ones. */
const openFrom = (date: string, calendar: OperatingDays) => Array.from({ length: 61 }, (_, away) => plusDays(date, away)).filter((each) => calendar.isOpen(each)).join(' ');
const same = (one: DayRule, other: DayRule, date: string) => { expect(openFrom(date, days(one))).toBe(openFrom(date, days(other))); };
const rule = randomRule();
const by = fc.integer({ min: -40, max: 40 });

describe('the algebra of days', () => {
  it('says what a brute-force oracle with Date says, also across calendars that name each other', () => {
    fc.assert(fc.property(randomRule(), randomRule(['a']), randomRule(['a', 'b']), randomDate, (a, b, c, date) => {
      const rules = { a, b, c };
      const [fast, slow] = [compiled(rules)('c'), oracle(c, rules)];
      for (let away = 0; away < 400; away += 1) {
        const each = plusDays(date, away);
        if (fast.isOpen(each) !== slow.isOpen(each)) throw new Error(`${each} is ${slow.isOpen(each) ? 'open' : 'closed'}`);
      }
    }), { numRuns: 40 });
  });

  it('moves days as the oracle does', () => {
    fc.assert(fc.property(rule, randomDate, by, (each, date, number) => {
      const [fast, slow] = [days(each), oracle(each)];
      expect(fast.shift(date, number)).toBe(slow.shift(date, number));
      expect(fast.next(date)).toBe(slow.isOpen(date) ? date : slow.shift(date, 1));
      expect(fast.previous(date)).toBe(slow.isOpen(date) ? date : slow.shift(date, -1));
    }), { numRuns: 40 });
  });

  it('keeps the laws of de Morgan, and not not is nothing', () => {
    fc.assert(fc.property(rule, rule, randomDate, (a, b, date) => {
      same({ not: { and: [a, b] } }, { or: [{ not: a }, { not: b }] }, date);
      same({ not: { or: [a, b] } }, { and: [{ not: a }, { not: b }] }, date);
      same({ not: { not: a } }, a, date);
    }), { numRuns: 50 });
  });

  it('does not care for order, doubling or grouping', () => {
    fc.assert(fc.property(rule, rule, rule, randomDate, (a, b, c, date) => {
      same({ and: [a, { and: [b, c] }] }, { and: [c, b, a, a] }, date);
      same({ or: [a, { or: [b, c] }] }, { or: [c, b, a, a] }, date);
      same({ and: [a, { or: [a, b] }] }, a, date);
    }), { numRuns: 30 });
  });

  it('comes back from an operating day by the way it went', () => {
    fc.assert(fc.property(rule, randomDate, by, (each, date, number) => {
      const calendar = days(each);
      const from = calendar.next(date);
      const there = from === undefined ? undefined : calendar.shift(from, number);
      if (there !== undefined) expect(calendar.shift(there, -number)).toBe(from);
    }), { numRuns: 100 });
  });

  it('lands on open days only, next and previous ones with nothing open between', () => {
    fc.assert(fc.property(rule, randomDate, (each, date) => {
      const calendar = days(each);
      for (const [landed, step] of [[calendar.next(date), -1], [calendar.previous(date), 1]] as const) {
        if (landed === undefined) continue;
        expect(calendar.isOpen(landed)).toBe(true);
        for (let between = date; between !== landed; between = plusDays(between, -step)) expect(calendar.isOpen(between)).toBe(false);
      }
    }), { numRuns: 100 });
  });

  it('leaves no moved day on one that is closed', () => {
    const closed = fc.constantFrom('skip' as const, 'next' as const, 'previous' as const);
    fc.assert(fc.property(rule, rule, closed, fc.integer({ min: -5, max: 5 }).filter((number) => number !== 0), randomDate, (some, over, how, number, date) => {
      same({ and: [{ closed: how, days: some, over }, { not: over }] }, { dates: [] }, date);
      same({ and: [{ shift: number, days: some, over }, { not: over }] }, { dates: [] }, date);
      same({ closed: how, days: { and: [some, over] }, over }, { and: [some, over] }, date);
    }), { numRuns: 40 });
  });
});
