import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event.js';
import { variables } from '../definition.js';
import { plainDate } from './calendar-definition.js';
import { scheduleDefinition } from './schedule-definition.js';
import { identifier, instant } from '../vocabulary.js';

const version = z.int().positive();

/** What names an occurrence for ever: its nominal local date and time, and `+1` behind it for the second of two in a fold. The instant is data. */
export const occurrenceKey = z.string().regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(\+1)?$/);

export const occurrence = z.object({
  key: occurrenceKey,
  at: instant,
  /** The local date and time that the rule names, also where the clocks pass over it. */
  local: z.string(),
  /** The day whose work it is: the day before for a start at 26:30. */
  businessDay: plainDate,
});

/** How far local time is ahead of UTC from each instant on, before `until`. */
const clockForecast = z.object({ until: instant, offsets: z.array(z.object({ from: instant, seconds: z.number() })).min(1) });

/** The next occurrence as the zone database of that server has it, and now and then what that foretells of the clocks: when another one moves a start, that is noticed. */
const planned = z.object({ key: occurrenceKey, at: instant, zoneData: z.string(), clocks: clockForecast.optional() });

/** Carried by the last event of a decision. */
const withNext = { next: planned.optional() };

const skippedBecause = z.enum(['missed', 'superseded', 'too-late', 'paused', 'operator']);

export const scheduleEvents = {
  ScheduleDefined: defineEvent('ScheduleDefined', 1, 'A schedule exists from now on, in its version 1; what is due after this instant it starts.', z.object({ version, definition: scheduleDefinition, ...withNext })),
  ScheduleRevised: defineEvent('ScheduleRevised', 1, 'A schedule has a new version; what is due from now on follows it.', z.object({ version, definition: scheduleDefinition, ...withNext })),
  SchedulePaused: defineEvent('SchedulePaused', 1, 'An operator lets the schedule start nothing; what comes due meanwhile is skipped, each on record.', z.object({})),
  ScheduleResumed: defineEvent('ScheduleResumed', 1, 'An operator lets the schedule start what is due from now on; a retired one is back.', z.object({ ...withNext })),
  ScheduleRetired: defineEvent('ScheduleRetired', 1, 'An operator took the schedule out of use. Its history stays readable.', z.object({})),
  OccurrenceStarted: defineEvent('OccurrenceStarted', 1, 'It was decided that an occurrence starts its runs; each begins in its own stream, or it is said why not.', z.object({
    occurrence, runs: z.array(z.object({ jobnet: identifier, runId: identifier })).min(1), parameters: variables,
    /** `due`: in time. `misfire`: late, and the schedule says to start it. `asked`: an operator said so. `backfill`: an operator asked for the past. */
    because: z.enum(['due', 'misfire', 'asked', 'backfill']), lateSeconds: z.int().nonnegative().optional(), ...withNext,
  })),
  OccurrenceSkipped: defineEvent('OccurrenceSkipped', 1, 'An occurrence starts nothing, and this is why.', z.object({ occurrence, because: skippedBecause, ...withNext })),
  OccurrencesSkipped: defineEvent('OccurrencesSkipped', 1, 'Many occurrences in a row start nothing, all for one reason.', z.object({
    first: occurrence, last: occurrence, count: z.int().positive(), because: skippedBecause, ...withNext,
  })),
  OccurrenceMissed: defineEvent('OccurrenceMissed', 1, 'An occurrence was due while nothing could start it; an operator decides.', z.object({
    occurrence, because: z.enum(['policy', 'log-restored']), ...withNext,
  })),
  OccurrenceMoved: defineEvent('OccurrenceMoved', 1, 'Another zone database puts occurrences to come at other instants; this is the first of them.', z.object({
    key: occurrenceKey, from: instant, to: instant, zoneData: z.string(), formerZoneData: z.string(), ...withNext,
  })),
  OccurrenceNotStarted: defineEvent('OccurrenceNotStarted', 1, 'A run of an occurrence could not begin.', z.object({
    key: occurrenceKey, jobnet: identifier, runId: identifier, code: z.string(), message: z.string(),
  })),
};

export type Occurrence = z.infer<typeof occurrence>;
export type ClockForecast = z.infer<typeof clockForecast>;
export type PlannedOccurrence = z.infer<typeof planned>;
export type SkippedBecause = z.infer<typeof skippedBecause>;
export type ScheduleEvent = EventOf<(typeof scheduleEvents)[keyof typeof scheduleEvents]>;
