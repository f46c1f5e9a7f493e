import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import { dateOfDay, dayOfDate } from '../local-time.js';
import type { OperatingDays } from '../operating-days.js';

/** Which of its own days a rule names next, from this one on. */
export type NextDay = (from: number) => number | undefined;

type Moving = Pick<ScheduleDefinition, 'closed' | 'shift'>;

/**
 * The business days from `first` to `last`, ascending and each once, that the days of a rule become when the calendar has moved
 * them. A later day is never moved before an earlier one, so the days of the rule are followed in their order, beginning with
 * the earliest that can come out at `first`, however far away.
 */
export function* businessDays(nextDay: NextDay, moving: Moving, days: OperatingDays | undefined, first: number, last: number): Generator<number> {
  const calendar = days === undefined ? everyDay : inNumbers(days);
  let day = nextDay(earliestDay(calendar, moving, first) ?? first - FARTHEST_MOVE);
  let before = first - 1;
  while (day !== undefined && day <= last + FARTHEST_MOVE) {
    const { open, counts, resume } = opened(calendar, moving.closed, day);
    const moved = open === undefined ? undefined : calendar.shift(open, moving.shift);
    if (moved !== undefined && moved > last) return;
    if (counts && moved !== undefined && moved > before) yield before = moved;
    day = nextDay(resume);
  }
}

/** How far a calendar looks for an open day; a day is moved to one, and shifted from there. */
const LOOKS_DAYS = 366;
const FARTHEST_MOVE = 2 * LOOKS_DAYS;

/** What becomes of one day, by itself. */
export function movedDay(day: number, { closed, shift }: Moving, days: OperatingDays | undefined): number | undefined {
  const calendar = days === undefined ? everyDay : inNumbers(days);
  const { open, counts } = opened(calendar, closed, day);
  return counts && open !== undefined ? calendar.shift(open, shift) : undefined;
}

/** Where one day of the rule goes before it is shifted, and from where on another one can go elsewhere. A day that is left out (`counts`) still tells how far we are. */
function opened(calendar: Calendar, closed: Moving['closed'], day: number): { open: number | undefined; counts: boolean; resume: number } {
  if (calendar.isOpen(day)) return { open: day, counts: true, resume: day + 1 };
  const next = calendar.next(day);
  if (closed === 'next') return { open: next, counts: true, resume: next ?? day + 1 };
  const previous = closed === 'previous' ? calendar.previous(day) : undefined;
  return { open: previous ?? next, counts: previous !== undefined, resume: next ?? day + 1 };
}

/** The earliest day that can be moved to `first` or later, if that can be told without trying. */
function earliestDay(calendar: Calendar, { closed, shift }: Moving, first: number): number | undefined {
  const target = calendar.isOpen(first) ? first : calendar.next(first);
  const open = target === undefined ? undefined : calendar.shift(target, -shift);
  if (open === undefined || closed !== 'next') return open;
  const before = calendar.previous(open);
  return before === undefined ? undefined : before + 1;
}

/** OperatingDays, by numbers; next and previous are never the day itself. */
interface Calendar {
  isOpen(day: number): boolean;
  next(day: number): number | undefined;
  previous(day: number): number | undefined;
  shift(day: number, count: number): number | undefined;
}

const everyDay: Calendar = {
  isOpen: () => true,
  next: (day) => day + 1,
  previous: (day) => day - 1,
  shift: (day, count) => day + count,
};

function inNumbers(days: OperatingDays): Calendar {
  const number = (date: string | undefined) => (date === undefined ? undefined : dayOfDate(date));
  return {
    isOpen: (day) => days.isOpen(dateOfDay(day)),
    next: (day) => number(days.next(dateOfDay(day + 1))),
    previous: (day) => number(days.previous(dateOfDay(day - 1))),
    shift: (day, count) => (count === 0 ? day : number(days.shift(dateOfDay(day), count))),
  };
}
