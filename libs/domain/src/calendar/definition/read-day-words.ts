import type { DayRule, Weekday } from '#events/planning/calendar-definition';
import { describe, textOf } from '../../jobnet/definition/document.js';
import { type FaultList, type Path, quote } from '../../jobnet/definition/faults.js';
import { dayOfText, WEEKDAYS } from '../civil-day.js';
import { rangeOf } from '../open-days.js';

const DATE_LIKE = /^\d{4}-\d{2}-\d{2}(\.\.\d{4}-\d{2}-\d{2})?$/;
const MONTH_DAY_LIKE = /^\d{2}-\d{2}$/;
const WORDS = 'day, weekdays as mon-fri, a date as 2026-12-24 or 2026-12-24..2027-01-02, a day of each year as 12-25, monthStart or monthEnd';

/** A rule that is one word: `mon-fri`, `12-25`, `2026-12-24`, `monthEnd`. */
export function ruleOfText(text: string, path: Path, faults: FaultList): DayRule | undefined {
  if (text === 'day') return { every: 'day' };
  if (text === 'monthStart') return { dayOfMonth: 1 };
  if (text === 'monthEnd') return { dayOfMonth: -1 };
  if (DATE_LIKE.test(text)) return readDates(text, path, faults);
  if (MONTH_DAY_LIKE.test(text)) return readYearly(text, path, faults);
  if (weekdaysOf(text) !== undefined) return readWeekdays(text, path, faults);
  faults.addAtValue(path, 'bad-value', `${quote(text)} says no days. Accepted as a word: ${WORDS}. Another calendar is named as calendar: ${/^[\w.-]+$/.test(text) ? text : 'ID'}.`);
  return undefined;
}

export function readWeekday(value: unknown, path: Path, faults: FaultList): Weekday | undefined {
  const weekday = weekdayOfWord(textOf(value) ?? '');
  if (weekday === undefined) faults.addAtValue(path, 'bad-weekday', `${foundIn(value)} is no weekday. Accepted: ${WEEKDAYS.join(', ')}.`);
  return weekday;
}

/** `mon-fri`, `mon, wed`, or a list of these. Stored from Monday on, each once. */
export function readWeekdays(value: unknown, path: Path, faults: FaultList): DayRule | undefined {
  const words = Array.isArray(value) ? (value as unknown[]) : [value];
  if (words.length === 0) faults.addAtValue(path, 'wrong-type', `weekdays is an empty list; name at least one of ${WEEKDAYS.join(', ')}.`);
  const named = new Set(words.flatMap((word, index) => {
    const weekdays = weekdaysOf(textOf(word) ?? '');
    if (weekdays === undefined) faults.addAtValue(Array.isArray(value) ? [...path, index] : path, 'bad-weekday', `${foundIn(word)} is no weekday. Accepted: ${WEEKDAYS.join(', ')}, and ranges of them as mon-fri.`);
    return weekdays ?? [];
  }));
  return named.size === 0 ? undefined : { weekdays: WEEKDAYS.filter((each) => named.has(each)) };
}

/** Dates and ranges of dates, one or a list. */
export function readDates(value: unknown, path: Path, faults: FaultList): DayRule | undefined {
  const dates = readTexts(value, path, faults, (text) => {
    if (rangeOf(text) !== undefined) return undefined;
    const [from = '', to] = text.split('..');
    if (to !== undefined && dayOfText(from) !== undefined && dayOfText(to) !== undefined) return `The range ${text} ends before it begins; write the earlier date first.`;
    if (DATE_LIKE.test(text)) return `${text} names a day that does not exist.`;
    return `${quote(text)} is no date. Accepted: 2026-12-24, or a range 2026-12-24..2027-01-02 with both its ends.`;
  });
  return dates === undefined ? undefined : { dates };
}

/** Days of each year, one or a list. 02-29 is one, in leap years. */
export function readYearly(value: unknown, path: Path, faults: FaultList): DayRule | undefined {
  const yearly = readTexts(value, path, faults, (text) => {
    if (MONTH_DAY_LIKE.test(text) && dayOfText(`2000-${text}`) !== undefined) return undefined;
    return MONTH_DAY_LIKE.test(text) ? `${text} does not exist in any year.` : `${quote(text)} is no day of a year. Accepted: month and day, as 12-25.`;
  });
  return yearly === undefined ? undefined : { yearly };
}

function readTexts(value: unknown, path: Path, faults: FaultList, wrong: (text: string) => string | undefined): string[] | undefined {
  const items = Array.isArray(value) ? (value as unknown[]) : [value];
  const texts = items.flatMap((item, index) => {
    const text = textOf(item);
    const why = text === undefined ? `A date is text, as 2026-12-24; found ${describe(item)}.` : wrong(text);
    if (why !== undefined) faults.addAtValue(Array.isArray(value) ? [...path, index] : path, 'bad-date', why);
    return why === undefined && text !== undefined ? [text] : [];
  });
  return texts.length === items.length ? texts : undefined;
}

function weekdaysOf(text: string): Weekday[] | undefined {
  const parts = text.split(',').map((part) => part.trim().split('-').map((word) => weekdayOfWord(word.trim())));
  const ranges = parts.map(([from, to, more]) => (from === undefined || more !== undefined ? undefined : to === undefined ? [from] : between(from, to)));
  // `mon-` and `mon-xyz` have an end that is no weekday.
  const broken = parts.some((part) => part.length > 2 || part.some((each) => each === undefined));
  return broken ? undefined : ranges.flatMap((range) => range ?? []);
}

/** Over the end of the week too: `sat-mon`. */
function between(from: Weekday, to: Weekday): Weekday[] {
  const [first, last] = [WEEKDAYS.indexOf(from), WEEKDAYS.indexOf(to)];
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, index) => WEEKDAYS[(first + index) % 7] as Weekday);
}

function weekdayOfWord(word: string): Weekday | undefined {
  return WEEKDAYS.find((each) => each === word.toLowerCase());
}

function foundIn(value: unknown): string {
  const text = textOf(value);
  return text === undefined ? `What stands here, ${describe(value)},` : quote(text);
}
