import type { DayRule, Weekday } from '#events/planning/calendar-definition';
import { civilDateOf, dayOfText, daysOfMonth, WEEKDAYS, weekdayNumberOf } from './civil-day.js';

/** Whether a day, by its number, is one of those that are meant. */
export type OpenOn = (day: number) => boolean;

/** How far is looked for an operating day, in days. A calendar without any within a year does not say where to. */
const SEARCH_DAYS = 366;

/** 512 days each, in a table that is thrown away at 90 years: whoever asks for every year there is does not fill the memory. */
const CHUNK_BITS = 9;
const MAX_CHUNKS = 64;

/** Remembers each answer, so that a day that many days ask about is worked out once. */
export function remembered(openOn: OpenOn): OpenOn {
  const chunks = new Map<number, Uint8Array>();
  return (day) => {
    const number = day >> CHUNK_BITS;
    let chunk = chunks.get(number);
    if (chunk === undefined) {
      if (chunks.size >= MAX_CHUNKS) chunks.clear();
      chunk = new Uint8Array(1 << CHUNK_BITS);
      chunks.set(number, chunk);
    }
    const index = day - (number << CHUNK_BITS);
    const known = chunk[index];
    if (known !== 0) return known === 2;
    const open = openOn(day);
    chunk[index] = open ? 2 : 1;
    return open;
  };
}

/** A rule as a function. `named` answers for the other calendars. */
export function openDays(rule: DayRule, named: (calendar: string) => OpenOn): OpenOn {
  if ('every' in rule) return () => true;
  if ('weekdays' in rule) return onWeekdays(rule.weekdays);
  if ('nth' in rule) return nthWeekday(rule.nth, rule.weekday);
  if ('dayOfMonth' in rule) return dayOfMonth(rule.dayOfMonth);
  if ('dates' in rule) return inRanges(rule.dates);
  if ('yearly' in rule) return yearly(rule.yearly);
  if ('calendar' in rule) return named(rule.calendar);
  if ('not' in rule) return negated(openDays(rule.not, named));
  if ('and' in rule) return all(rule.and.map((each) => openDays(each, named)));
  if ('or' in rule) return any(rule.or.map((each) => openDays(each, named)));
  const days = remembered(openDays(rule.days, named));
  const over = remembered(openDays(rule.over, named));
  if ('shift' in rule) return remembered(shifted(rule.shift, days, over));
  if (rule.closed === 'skip') return all([days, over]);
  return remembered(gathered(rule.closed === 'next' ? -1 : 1, days, over));
}

/** So many open days after a day, before it when negative; undefined when there are not as many within a year. */
export function shiftedDay(day: number, by: number, open: OpenOn): number | undefined {
  const step = by < 0 ? -1 : 1;
  let left = Math.abs(by);
  for (let away = 0; left > 0; away += 1) {
    if (away === SEARCH_DAYS) return undefined;
    day += step;
    if (open(day)) left -= 1;
  }
  return day;
}

/** The nearest open day in a direction, itself when it is open. */
export function nearestDay(day: number, step: 1 | -1, open: OpenOn): number | undefined {
  return open(day) ? day : shiftedDay(day, step, open);
}

function onWeekdays(weekdays: readonly Weekday[]): OpenOn {
  const open = WEEKDAYS.map((each) => weekdays.includes(each));
  return (day) => open[weekdayNumberOf(day)] === true;
}

function nthWeekday(nth: number, weekday: Weekday): OpenOn {
  const wanted = WEEKDAYS.indexOf(weekday);
  return (number) => {
    if (weekdayNumberOf(number) !== wanted) return false;
    const { year, month, day } = civilDateOf(number);
    const weeks = nth > 0 ? day - 1 : daysOfMonth(year, month) - day;
    return Math.floor(weeks / 7) + 1 === Math.abs(nth);
  };
}

function dayOfMonth(wanted: number): OpenOn {
  return (number) => {
    const { year, month, day } = civilDateOf(number);
    return wanted > 0 ? day === wanted : day - daysOfMonth(year, month) - 1 === wanted;
  };
}

function yearly(monthDays: readonly string[]): OpenOn {
  const wanted = new Set(monthDays.map((text) => Number(text.slice(0, 2)) * 100 + Number(text.slice(3))));
  return (number) => {
    const { month, day } = civilDateOf(number);
    return wanted.has(month * 100 + day);
  };
}

/** Both ends of a date or range, by their numbers; undefined when one of them does not exist, or they stand the wrong way round. */
export function rangeOf(text: string): readonly [number, number] | undefined {
  const [first, last] = text.split('..');
  const from = dayOfText(first ?? '');
  const to = last === undefined ? from : dayOfText(last);
  return from === undefined || to === undefined || to < from ? undefined : [from, to];
}

/** Looked up by halves, and a long range is never counted out. */
function inRanges(texts: readonly string[]): OpenOn {
  const ranges = texts.flatMap((text) => {
    const range = rangeOf(text);
    return range === undefined ? [] : [range];
  }).sort(([one], [other]) => one - other);
  const froms = ranges.map(([from]) => from);
  // The furthest end of all ranges up to here: they may lie in each other.
  const ends: number[] = [];
  for (const [, to] of ranges) ends.push(Math.max(to, ends.at(-1) ?? to));
  return (day) => {
    let [low, high] = [0, froms.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((froms[middle] as number) <= day) low = middle + 1;
      else high = middle;
    }
    return low > 0 && (ends[low - 1] as number) >= day;
  };
}

function negated(openOn: OpenOn): OpenOn {
  return (day) => !openOn(day);
}

function all(rules: readonly OpenOn[]): OpenOn {
  return (day) => rules.every((openOn) => openOn(day));
}

function any(rules: readonly OpenOn[]): OpenOn {
  return (day) => rules.some((openOn) => openOn(day));
}

/**
 * Asked backwards: which days could have been moved here? For +n those before the nth open day that comes before this one, back to that
 * day itself; none of them further away than is looked for.
 */
function shifted(by: number, days: OpenOn, over: OpenOn): OpenOn {
  if (by === 0) return days;
  const back = by > 0 ? -1 : 1;
  return (day) => {
    if (!over(day)) return false;
    const nearest = shiftedDay(day, back * (Math.abs(by) - 1), over);
    if (nearest === undefined) return false;
    for (let from = nearest + back; Math.abs(from - day) <= SEARCH_DAYS; from += back) {
      if (days(from)) return true;
      if (over(from)) return false;
    }
    return false;
  };
}

/** An open day takes its own, and those of the closed days right before it (`back` -1) or after it. */
function gathered(back: 1 | -1, days: OpenOn, over: OpenOn): OpenOn {
  return (day) => {
    if (!over(day)) return false;
    if (days(day)) return true;
    for (let from = day + back; Math.abs(from - day) <= SEARCH_DAYS && !over(from); from += back) {
      if (days(from)) return true;
    }
    return false;
  };
}
