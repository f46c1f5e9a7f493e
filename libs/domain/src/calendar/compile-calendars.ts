import type { CalendarDefinition } from '#events/planning/calendar-definition';
import type { Rejection } from '../rejection.js';
import { troubleWith } from './calendar-references.js';
import { dayOfText, textOfDay } from './civil-day.js';
import { nearestDay, openDays, type OpenOn, remembered, shiftedDay } from './open-days.js';

/** The operating days of a calendar. Dates are texts as `2026-12-24`; one that does not exist is an error of the caller. */
export interface OperatingDays {
  isOpen(date: string): boolean;
  /** The date itself when it is open, else the first open one after it; undefined when the next 366 days are all closed. */
  next(date: string): string | undefined;
  /** The date itself when it is open, else the last open one before it; undefined when the 366 days before are all closed. */
  previous(date: string): string | undefined;
  /**
   * The nth open day after a date, before it when negative; a closed date counts from where it stands. 0 is the date itself.
   * Undefined when there are not as many open days within 366 days.
   */
  shift(date: string, by: number): string | undefined;
}

/** A set of calendars that may name each other. */
export interface Calendars {
  /** Why not, when there is no such calendar, or it cannot tell its days. */
  find(calendar: string): OperatingDays | Rejection;
}

/**
 * Compiles calendars, each when it is first asked for. Keep what it answers as long as no definition changes: days that were worked out
 * are remembered.
 */
export function compileCalendars(definitions: Iterable<CalendarDefinition>): Calendars {
  const rules = new Map(Array.from(definitions, ({ calendar, days }) => [calendar, days]));
  const compiled = new Map<string, OpenOn>();
  const openOn = (calendar: string): OpenOn => {
    const known = compiled.get(calendar);
    if (known !== undefined) return known;
    const rule = rules.get(calendar);
    // Asked about every calendar before: one that is named is there.
    const made = rule === undefined ? () => false : remembered(openDays(rule, openOn));
    compiled.set(calendar, made);
    return made;
  };
  return { find: (calendar) => troubleWith(calendar, rules) ?? operatingDays(openOn(calendar)) };
}

function operatingDays(open: OpenOn): OperatingDays {
  return {
    isOpen: (date) => open(numberOf(date)),
    next: (date) => dateOf(nearestDay(numberOf(date), 1, open)),
    previous: (date) => dateOf(nearestDay(numberOf(date), -1, open)),
    shift: (date, by) => dateOf(shiftedDay(numberOf(date), by, open)),
  };
}

function numberOf(date: string): number {
  const day = dayOfText(date);
  if (day === undefined) throw new RangeError(`${date} is no date that exists; write it as 2026-12-24`);
  return day;
}

function dateOf(day: number | undefined): string | undefined {
  return day === undefined ? undefined : textOfDay(day);
}
