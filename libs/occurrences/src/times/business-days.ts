import type { ScheduleDefinition } from '#events/schedule-definition';
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
  const start = earliestDay(calendar, moving, first);
  let day = start === undefined ? undefined : nextDay(start);
  let before = first - 1;
  while (day !== undefined) {
    const { open, counts, resume } = opened(calendar, moving.closed, day);
    const moved = open === undefined ? undefined : calendar.shift(open, moving.shift);
    if (moved === undefined ? moving.shift >= 0 : moved > last) return;
    if (counts && moved !== undefined && moved > before) yield before = moved;
    day = resume === undefined ? undefined : nextDay(resume);
  }
}

/** What becomes of one day, by itself. */
export function movedDay(day: number, { closed, shift }: Moving, days: OperatingDays | undefined): number | undefined {
  const calendar = days === undefined ? everyDay : inNumbers(days);
  const { open, counts } = opened(calendar, closed, day);
  return counts && open !== undefined ? calendar.shift(open, shift) : undefined;
}

/** Where one day of the rule goes before it is shifted, and from where on another one can go elsewhere. A day that is left out (`counts`) still tells how far we are. */
function opened(calendar: Calendar, closed: Moving['closed'], day: number): { open: number | undefined; counts: boolean; resume: number | undefined } {
  if (calendar.isOpen(day)) return { open: day, counts: true, resume: day + 1 };
  const next = calendar.next(day);
  if (closed === 'previous') return { open: calendar.previous(day) ?? next, counts: calendar.previous(day) !== undefined, resume: next };
  return { open: next, counts: closed === 'next', resume: next };
}

/** The earliest day that can be moved to `first` or later. */
function earliestDay(calendar: Calendar, { closed, shift }: Moving, first: number): number | undefined {
  const target = calendar.isOpen(first) ? first : calendar.next(first);
  if (target === undefined) return undefined;
  const open = calendar.shift(target, -shift) ?? (shift > 0 ? earliestOpen(calendar, target) : undefined);
  if (open === undefined || closed !== 'next') return open;
  return (calendar.previous(open) ?? open - LONGEST_CLOSED_DAYS) + 1;
}

/** Before its first open day a calendar is closed for ever; nobody expects what was due then to be made up for later than this. */
const LONGEST_CLOSED_DAYS = 366;

function earliestOpen(calendar: Calendar, from: number): number {
  let open = from;
  for (let before = calendar.previous(open); before !== undefined; before = calendar.previous(open)) open = before;
  return open;
}

/** OperatingDays, by numbers. */
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
    next: (day) => number(days.next(dateOfDay(day))),
    previous: (day) => number(days.previous(dateOfDay(day))),
    shift: (day, count) => (count === 0 ? day : number(days.shift(dateOfDay(day), count))),
  };
}
