import type { DayRule } from '#events/planning/calendar-definition';
import type { CalendarEvent } from '#events/planning/calendar.events';
import { by, fold, given } from '../../test-support/given.js';
import { operator } from '../../test-support/run-commands.js';
import type { FoldContext } from '../decider.js';
import { type CalendarCommand, calendarDecider, type CalendarExpectation, type CalendarMode, type CalendarState, nextCalendarMode } from './calendar.decider.js';

type Sent = CalendarCommand & { readonly context: FoldContext };

const mondays: DayRule = { weekdays: ['mon'] };
const defined: CalendarEvent = { type: 'CalendarDefined', data: { version: 1, definition: { calendar: 'a', days: mondays } } };
const revised = (days: DayRule, version = 2): CalendarEvent => ({ type: 'CalendarRevised', data: { version, definition: { calendar: 'a', days } } });
const retired: CalendarEvent = { type: 'CalendarRetired', data: {} };

const givenCalendar = (...history: CalendarEvent[]) => given<CalendarState, Sent, CalendarEvent>(calendarDecider, ...history);
const define = (days: DayRule, others: Readonly<Record<string, DayRule>> = {}, calendar = 'a'): Sent => (
  { type: 'DefineCalendar', definition: { calendar, days }, rules: new Map(Object.entries(others)), context: operator('define') }
);
const retire = (users: readonly string[] = [], expect?: CalendarExpectation): Sent => ({ type: 'RetireCalendar', calendar: 'a', users, expect, context: operator('retire') });
const nested = (levels: number, inner: DayRule): DayRule => (levels === 0 ? inner : { not: nested(levels - 1, inner) });
const moved = (times: number, inner: DayRule): DayRule => (times === 0 ? inner : { shift: 1, days: moved(times - 1, inner), over: { every: 'day' } });

describe('a calendar', () => {
  it('is defined, revised, retired, and back when it is defined again, with the same words too', () => {
    givenCalendar().when(define(mondays)).then(defined);
    givenCalendar(defined).when(define({ every: 'day' })).then(revised({ every: 'day' }));
    givenCalendar(defined).when(define(mondays)).thenNothing();
    givenCalendar(defined).when(retire()).then(retired);
    givenCalendar(defined, retired).when(define(mondays)).then(revised(mondays));
    givenCalendar(defined).when(define(mondays, {}, 'b')).thenRejected('calendar-mismatch');
  });

  it('names only calendars in use, and never itself, also by a long way', () => {
    givenCalendar().when(define({ calendar: 'b' })).thenRejected('unknown-calendar', /^calendar a names b, and there is no such calendar in use/);
    givenCalendar().when(define({ not: { calendar: 'b' } }, { b: mondays })).then({ type: 'CalendarDefined', data: { version: 1, definition: { calendar: 'a', days: { not: { calendar: 'b' } } } } });
    givenCalendar().when(define({ calendar: 'a' })).thenRejected('calendar-cycle', /: a → a$/);
    givenCalendar(defined).when(define({ or: [mondays, { calendar: 'b' }] }, { a: mondays, b: { calendar: 'c' }, c: { not: { calendar: 'a' } } })).thenRejected('calendar-cycle', /: a → b → c → a$/);
  });

  it('is not too deep, with those that it names, nor makes those so that name it', () => {
    const deep = (levels: number) => define(nested(levels, mondays));
    expect(calendarDecider.decide(deep(31), calendarDecider.initialState)).toHaveLength(1);
    givenCalendar().when(deep(32)).thenRejected('calendar-too-deep', /33 levels deep/);
    givenCalendar().when(define({ calendar: 'b' }, { b: nested(31, mondays) })).thenRejected('calendar-too-deep');
    givenCalendar(defined).when(define(nested(20, mondays), { a: mondays, b: nested(20, { calendar: 'a' }) })).thenRejected('calendar-too-deep', /^calendar b is/);
    expect(calendarDecider.decide(define(moved(8, mondays)), calendarDecider.initialState)).toHaveLength(1);
    givenCalendar().when(define(moved(9, mondays))).thenRejected('calendar-too-deep', /moves days .* 9 times/);
  });

  it('is revised though another one is broken, which two servers at once can bring about', () => {
    givenCalendar(defined).when(define({ every: 'day' }, { a: mondays, x: { calendar: 'y' }, y: { calendar: 'x' } })).then(revised({ every: 'day' }));
  });

  it('is not retired while it is named, when nobody defined it, or when it is not as it was seen', () => {
    givenCalendar(defined).when(retire(['calendar b', 'schedule nightly'])).thenRejected('calendar-in-use', /named by calendar b, schedule nightly; change or retire those first$/);
    givenCalendar().when(retire()).thenRejected('calendar-not-found');
    givenCalendar(defined).when(retire([], { version: 2 })).thenRejected('not-as-expected', /a has version 1, not 2/);
    givenCalendar(defined).when(retire([], { state: 'retired' })).thenRejected('not-as-expected');
    givenCalendar(defined, retired).when(retire(['calendar b'], { version: 7 })).thenNothing();
  });

  it('remembers whose order retired it, until it is back', () => {
    const order: FoldContext = { ...operator('retire'), reason: 'merged', ticket: 'OPS-7' };
    expect(fold(calendarDecider, defined, ...by(order, retired))).toMatchObject({ mode: 'retired', closed: { since: order.at, by: order.actor, reason: 'merged', ticket: 'OPS-7' } });
    expect(fold(calendarDecider, defined, retired, revised(mondays))).not.toHaveProperty('closed');
  });
});

const historyOf: { readonly [Mode in CalendarMode]: readonly CalendarEvent[] } = { absent: [], active: [defined], retired: [defined, retired] };

describe.each(Object.keys(historyOf) as CalendarMode[])('a calendar that is %s', (mode) => {
  it.each([defined, revised(mondays), retired])('folds $type as the table says', (event) => {
    const next = nextCalendarMode[mode][event.type];
    const folded = () => fold(calendarDecider, ...historyOf[mode], event).mode;
    if (next === 'corrupt') expect(folded).toThrow(expect.objectContaining({ name: 'CorruptHistoryError' }) as Error);
    else expect(folded()).toBe(next);
  });
});
