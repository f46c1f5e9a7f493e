import { z } from 'zod';
import { identifier } from '../vocabulary.js';

/** A date, `2026-12-24`. */
export const plainDate = z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/);

export const weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);

/** Which days. Written as data, so that a version of a calendar says the same for ever (but for the calendars that it names). */
export type DayRule =
  | { readonly every: 'day' }
  | { readonly weekdays: readonly Weekday[] }
  /** The nth of its month, from the end when negative: `{ nth: -1, weekday: fri }` is the last Friday. */
  | { readonly nth: number; readonly weekday: Weekday }
  /** The nth day of its month, from the end when negative: 1 is the first, -1 the last. */
  | { readonly dayOfMonth: number }
  /** Dates and ranges of dates, both ends with them: `2026-12-24..2027-01-02`. */
  | { readonly dates: readonly string[] }
  /** The same days each year: `12-25`. */
  | { readonly yearly: readonly string[] }
  | { readonly calendar: string }
  | { readonly and: readonly DayRule[] }
  | { readonly or: readonly DayRule[] }
  | { readonly not: DayRule }
  /** Each of `days` moved by so many days of `over`. */
  | { readonly shift: number; readonly days: DayRule; readonly over: DayRule }
  /** Each of `days`, and one that `over` does not have is left out, or moved to its next or previous. */
  | { readonly closed: 'skip' | 'next' | 'previous'; readonly days: DayRule; readonly over: DayRule };

export type Weekday = z.infer<typeof weekday>;

const day = z.int().min(-31).max(31).refine((number) => number !== 0);
const dates = z.string().regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}(\.\.[0-9]{4}-[0-9]{2}-[0-9]{2})?$/);

export const dayRule: z.ZodType<DayRule> = z.lazy(() => z.union([
  z.strictObject({ every: z.literal('day') }),
  z.strictObject({ weekdays: z.array(weekday).min(1) }),
  z.strictObject({ nth: z.int().min(-5).max(5).refine((number) => number !== 0), weekday }),
  z.strictObject({ dayOfMonth: day }),
  z.strictObject({ dates: z.array(dates) }),
  z.strictObject({ yearly: z.array(z.string().regex(/^[0-9]{2}-[0-9]{2}$/)) }),
  z.strictObject({ calendar: identifier }),
  z.strictObject({ and: z.array(dayRule).min(1) }),
  z.strictObject({ or: z.array(dayRule).min(1) }),
  z.strictObject({ not: dayRule }),
  z.strictObject({ shift: z.int().min(-366).max(366), days: dayRule, over: dayRule }),
  z.strictObject({ closed: z.enum(['skip', 'next', 'previous']), days: dayRule, over: dayRule }),
]));

/** A calendar of operating days, as it is stored. A list of holidays is one as well. */
export const calendarDefinition = z.object({
  calendar: identifier,
  description: z.string().max(500).optional(),
  days: dayRule,
});

export type CalendarDefinition = z.infer<typeof calendarDefinition>;
