import { identifier, instant, actor } from '#events/vocabulary';
import { plainDate } from '#events/planning/calendar-definition';
import { occurrence, occurrenceKey } from '#events/planning/schedule.events';
import { scheduleDefinition } from '#events/planning/schedule-definition';
import { z } from 'zod';
import { position } from './agent-link.js';
import { jobnetExpectation } from './api.js';
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

export const queuedRunView = named('QueuedRun', z.object({
  runId: identifier, jobnet: identifier, schedule: identifier, key: occurrenceKey, since: instant,
  place: z.int().describe('In the queue of its jobnet: 1 is next.'), behind: z.array(identifier).describe('Runs that have to be over first, at most ten of them: open ones, and one that is about to begin.'), replaces: z.boolean().describe('Those that were open were asked to stop for it.'),
}), 'A run that waits for its turn. It is no run yet: it begins when it has it.');

const queue = { count: z.int(), items: z.array(queuedRunView) };
/** `GET /jobnets/{id}/queue` */
export const queueView = named('Queue', z.object(queue), 'How many wait, and the first of them.');

/** `POST /jobnets/{id}/queue/drop` */
export const dropQueuedBody = named('DropQueued', z.strictObject({
  which: z.union([z.strictObject({ run: identifier }), z.strictObject({ schedule: identifier }), z.strictObject({ all: z.literal(true) })]).describe('One, those of a schedule, or all that wait.'),
  reason: why, ticket, expect: jobnetExpectation.optional(),
}));
export const dropQueuedAnswer = named('DropQueuedAnswer', z.object({ position, dropped: z.int(), left: z.int() }), 'How many were dropped, and how many of those meant still wait.');

export const scheduleView = named('Schedule', z.object({
  schedule: identifier, version: z.int(), revision: z.int(), definition: scheduleDefinition, definedAt: instant, definedBy: actor, state: scheduleState,
  next: dueView.optional(),
  /** Missed occurrences that wait for an operator's word. */
  asked: z.array(occurrence),
  /** The newest run that could not begin, and why. */
  lastNotStarted: z.object({ key: occurrenceKey, jobnet: identifier, code: z.string(), message: z.string(), at: instant }).optional(),
  /** Its runs that wait until others of their jobnet are over: how many, and the longest waiting twenty. */
  queued: z.object(queue).optional(),
  /** The order that paused or retired it. */
  closed: z.object({ since: instant, by: actor, reason: z.string().optional(), ticket: z.string().optional() }).optional(),
}));

export const validSchedule = named('ValidSchedule', z.object({ valid: z.literal(true), definition: scheduleDefinition }));

export type ScheduleView = z.infer<typeof scheduleView>;
export type QueuedRunView = z.infer<typeof queuedRunView>;
export type QueueView = z.infer<typeof queueView>;
export type DropQueuedBody = z.infer<typeof dropQueuedBody>;
export type DropQueuedAnswer = z.infer<typeof dropQueuedAnswer>;
export type DueView = z.infer<typeof dueView>;
export type CloseScheduleBody = z.infer<typeof closeScheduleBody>;
export type ResumeScheduleBody = z.infer<typeof resumeScheduleBody>;
export type MissedOccurrenceBody = z.infer<typeof missedOccurrenceBody>;
export type BackfillBody = z.infer<typeof backfillBody>;
export type BackfillAnswer = z.infer<typeof backfillAnswer>;
