import { z } from 'zod';
import { variables } from '../definition.js';
import { identifier } from '../vocabulary.js';

/** A time of a business day: hours and minutes since its midnight, also past 24:00 for the early morning after it (`26:30`). At most `47:59`. */
export const dayTime = z.string().regex(/^([0-3][0-9]|4[0-7]):[0-5][0-9]$/);

/** A local date and time without a zone, to the minute: `2026-12-01T09:00`. */
export const localTime = z.string().regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-2][0-9]:[0-5][0-9]$/);

const seconds = z.int().positive();

/** When it is due, on every business day that the calendar lets through. Exactly one of these. */
const scheduleRule = z.union([
  /** Five fields, as in crontab, with L, W and #. */
  z.strictObject({ kind: z.literal('cron'), cron: z.string() }),
  z.strictObject({ kind: z.literal('at'), at: z.array(dayTime).min(1) }),
  /** From the first moment of the window on, in elapsed time, up to and with its last: also over a change of the clocks. */
  z.strictObject({ kind: z.literal('every'), seconds, from: dayTime, until: dayTime }),
  z.strictObject({ kind: z.literal('once'), once: z.array(localTime).min(1) }),
]);

/** A schedule as it is stored: every default filled in. */
export const scheduleDefinition = z.object({
  schedule: identifier,
  /** What it starts, in this order. */
  jobnets: z.array(identifier).min(1),
  rule: scheduleRule,
  /** An IANA name, as it was written. */
  timeZone: z.string(),
  /** Only its operating days count; every day without one. */
  calendar: identifier.optional(),
  /** A business day that the calendar has closed is left out, or moved to the next or previous open one. */
  closed: z.enum(['skip', 'next', 'previous']),
  /** Then moved by so many operating days. */
  shift: z.int().min(-366).max(366),
  /** A local time that does not exist because the clocks go forward: started once, at the jump, or left out. */
  gap: z.enum(['run', 'skip']),
  /** A local time that comes twice because the clocks go back. */
  fold: z.enum(['first', 'last', 'both']),
  /** What becomes of starts that were due while nobody could start them. */
  misfire: z.enum(['runAll', 'runLatest', 'skip', 'ask']),
  /** In seconds: an older one is skipped whatever `misfire` says. No limit without it. */
  within: seconds.optional(),
  /** When the jobnet's run before it is not over. */
  overlap: z.enum(['allow', 'skip', 'queue', 'replace']),
  /** For the run; a value may hold `{{ occurrence.date }}` and its like. */
  parameters: variables,
});

export type ScheduleRule = z.infer<typeof scheduleRule>;
export type ScheduleDefinition = z.infer<typeof scheduleDefinition>;
