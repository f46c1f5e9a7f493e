import type { CalendarDefinition, DayRule } from '#events/planning/calendar-definition';
import { describe, textOf } from '../../jobnet/definition/document.js';
import { type Fault, type FaultList, faultList } from '../../jobnet/definition/faults.js';
import { readMapping } from '../../jobnet/definition/read-mapping.js';
import { readId } from '../../jobnet/definition/read-text.js';
import { partsOf } from '../calendar-references.js';
import { readDays } from './read-days.js';

/** A holiday list of a hundred countries and years has fewer. */
const MAX_RULES = 1_000;
const MAX_DATES = 10_000;
const MAX_LEVELS = 32;
const MAX_DESCRIPTION = 500;

const RULE = { what: 'The calendar', accepted: ['calendar', 'description', 'days'], elsewhere: { keys: ['and', 'or', 'not', 'weekdays', 'dates', 'yearly'], where: 'under days' } };

export type CalendarReading = { readonly definition: CalendarDefinition } | { readonly faults: readonly Fault[] };

/**
 * Reads a parsed document (plain JSON values, or Maps) as a calendar. Answers the definition as it is stored, every shorthand written out,
 * or every fault of it. Whether the calendars exist that it names is asked when it is defined.
 */
export function checkCalendar(document: unknown): CalendarReading {
  const faults = faultList();
  const entries = readMapping(document, [], RULE, faults);
  if (entries === undefined) return { faults: faults.all };
  const calendar = readName(entries, faults);
  const description = readDescription(entries.get('description'), faults);
  if (!entries.has('days')) faults.addAtKey([], 'missing-key', 'The calendar has no days; write days: and which, as days: mon-fri.');
  const days = entries.has('days') ? readDays(entries.get('days'), ['days'], faults, MAX_LEVELS) : undefined;
  if (days !== undefined) checkSize(days, faults);
  if (faults.all.length > 0 || days === undefined) return { faults: faults.all };
  return { definition: { calendar, ...(description === undefined ? {} : { description }), days } };
}

function readName(entries: ReadonlyMap<string, unknown>, faults: FaultList): string {
  if (entries.has('calendar')) return readId(entries.get('calendar'), ['calendar'], 'The name of the calendar', faults) ?? '';
  faults.addAtKey([], 'missing-key', 'The calendar has no name; write calendar: and its id.');
  return '';
}

function readDescription(value: unknown, faults: FaultList): string | undefined {
  if (value === undefined) return undefined;
  const text = textOf(value);
  if (text === undefined) faults.addAtValue(['description'], 'wrong-type', `description must be text; found ${describe(value)}.`);
  else if (text.length > MAX_DESCRIPTION) faults.addAtValue(['description'], 'too-long', `description has ${text.length} characters; at most ${MAX_DESCRIPTION} are accepted.`);
  return text;
}

function checkSize(days: DayRule, faults: FaultList): void {
  const { rules, dates } = sizeOf(days);
  if (rules > MAX_RULES) faults.addAtKey(['days'], 'too-many-rules', `days consists of ${rules} rules; at most ${MAX_RULES} are accepted. Give parts of it names, as calendars of their own.`);
  if (dates > MAX_DATES) faults.addAtKey(['days'], 'too-many-dates', `days has ${dates} dates; at most ${MAX_DATES} are accepted. Divide it into several calendars.`);
}

function sizeOf(rule: DayRule): { rules: number; dates: number } {
  const own = 'dates' in rule ? rule.dates.length : 'yearly' in rule ? rule.yearly.length : 0;
  return partsOf(rule).map(sizeOf).reduce((sum, part) => ({ rules: sum.rules + part.rules, dates: sum.dates + part.dates }), { rules: 1, dates: own });
}
