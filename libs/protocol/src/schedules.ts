import { identifier, instant, actor } from '#events/vocabulary';
import { plainDate } from '#events/planning/calendar-definition';
import { occurrence, occurrenceKey } from '#events/planning/schedule.events';
import { scheduleDefinition } from '#events/planning/schedule-definition';
import { z } from 'zod';
import { position } from './agent-link.js';
import { named } from './named.js';

/** What clients and servers say to each other about schedules. The list may grow: readers accept others. */
export const SCHEDULE_STATES = ['active', 'paused', 'retired'] as const;

const scheduleState = named('ScheduleState', z.enum(SCHEDULE_STATES), 'Whether it starts what comes due. The list may grow: accept words that you do not know.');
const why = z.string().trim().min(1).max(2000);
const ticket = z.string().max(200).optional();
const expectation = named('ScheduleExpectation', z.strictObject({ version: z.int().positive().optional(), state: scheduleState.optional() }), 'Optional precondition: refused (409) unless the schedule still is as the operator saw it.');

named('ScheduleDefinition', scheduleDefinition, 'A schedule as it is stored: every default filled in.');
named('OccurrenceKey', occurrenceKey, 'What names an occurrence: its nominal local date and time, and `+1` behind it for the second of two.', '2026-10-25T02:30+1');

const duration = z.union([z.string(), z.int()]);
const oneOrMany = z.union([z.string(), z.array(z.string())]);

/** As a person writes it; the server reads texts with a reader of its own, which knows lines and columns, and asks more than a schema can. */
export const scheduleText = named('ScheduleText', z.strictObject({
  schedule: identifier, jobnet: z.union([identifier, z.array(identifier)]),
  cron: z.string().optional(), at: oneOrMany.optional(), every: duration.optional(), from: z.string().optional(), until: z.string().optional(), once: oneOrMany.optional(),
  timeZone: z.string().optional(), calendar: identifier.optional(), closed: z.enum(['skip', 'next', 'previous']).optional(), shift: z.int().optional(),
  gap: z.enum(['run', 'skip']).optional(), fold: z.enum(['first', 'last', 'both']).optional(),
  misfire: z.enum(['runAll', 'runLatest', 'skip', 'ask']).optional(), within: duration.optional(), overlap: z.enum(['allow', 'skip', 'queue', 'replace']).optional(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
}), 'A schedule as it is written, as JSON: exactly one of `cron`, `at`, `every` and `once`. YAML of the same form is taken too (docs/scheduling.md).');

/** `POST /schedules/{id}/pause|retire`, `.../occurrences/{key}/start|skip` */
export const closeScheduleBody = named('CloseSchedule', z.strictObject({ reason: why, ticket, expect: expectation.optional() }));
/** `POST /schedules/{id}/resume` */
export const resumeScheduleBody = named('ResumeSchedule', z.strictObject({ reason: why.optional(), ticket, expect: expectation.optional() }));
export const missedOccurrenceBody = named('MissedOccurrence', z.strictObject({ reason: why, ticket }));
/** `POST /schedules/{id}/backfill` */
export const backfillBody = named('Backfill', z.strictObject({ from: instant, until: instant, reason: why, ticket }), 'What was due from `from` on, before `until`, at most 400 occurrences.');

export const backfillAnswer = named('BackfillAnswer', z.object({ position, started: z.int(), already: z.int() }), 'How many occurrences are started by it, and how many of the stretch had been started before.');

/** When a schedule is due. */
export const dueView = named('Due', z.object({
  at: instant, local: z.string(), businessDay: plainDate, timeZone: z.string(), key: occurrenceKey, schedule: identifier, jobnets: z.array(identifier),
  clocks: z.enum(['gap', 'first', 'second']).optional().describe('What a change of the clocks does: the local time never is, and `at` is the first moment after it; or it comes twice, and this is the first or second.'),
}));

export const scheduleView = named('Schedule', z.object({
  schedule: identifier, version: z.int(), revision: z.int(), definition: scheduleDefinition, definedAt: instant, definedBy: actor, state: scheduleState,
  next: dueView.optional(),
  /** Missed occurrences that wait for an operator's word. */
  asked: z.array(occurrence),
  /** The newest run that could not begin, and why. */
  lastNotStarted: z.object({ key: occurrenceKey, jobnet: identifier, code: z.string(), message: z.string(), at: instant }).optional(),
  /** The order that paused or retired it. */
  closed: z.object({ since: instant, by: actor, reason: z.string().optional(), ticket: z.string().optional() }).optional(),
}));

export const validSchedule = named('ValidSchedule', z.object({ valid: z.literal(true), definition: scheduleDefinition }));

export type ScheduleView = z.infer<typeof scheduleView>;
export type DueView = z.infer<typeof dueView>;
export type CloseScheduleBody = z.infer<typeof closeScheduleBody>;
export type ResumeScheduleBody = z.infer<typeof resumeScheduleBody>;
export type MissedOccurrenceBody = z.infer<typeof missedOccurrenceBody>;
export type BackfillBody = z.infer<typeof backfillBody>;
export type BackfillAnswer = z.infer<typeof backfillAnswer>;
