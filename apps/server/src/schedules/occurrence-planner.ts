import { Injectable } from '@nestjs/common';
import type { DueOccurrence } from '#domain/schedule/decide-occurrences';
import type { PlannedOccurrence, Occurrence as RecordedOccurrence } from '#events/planning/schedule.events';
import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import type { Instant } from '#events/vocabulary';
import type { Occurrence } from '#occurrences/occurrence';
import { readLocal } from '#occurrences/local-time';
import { occurrencesBetween } from '#occurrences/occurrences-between';
import { remember } from '#occurrences/remember';
import { renderParameters } from '#occurrences/render-parameters';
import { CalendarsProjection } from '../calendars/calendars.projection.js';
import { runIdOf } from '../event-sourcing/command-envelope.js';
import { hashUuid } from '../event-sourcing/event-id.js';

/** What is due further away than this is not looked for, in milliseconds: five years. */
const HORIZON_MS = 5 * 366 * 86_400_000;

/** The version of the zone database that this process computes with. */
export const ZONE_DATA = process.versions['tz'] ?? 'unknown';

/** What was due in the moment of a change may not have been decided yet: it is looked at by the calendar as it is now. */
const CHANGE_OVERLAP_MS = 30_000;

/** When a schedule is due, with the calendars as they stand, and what follows from it. */
@Injectable()
export class OccurrencePlanner {
  constructor(private readonly calendars: CalendarsProjection) {}

  /** After one instant, up to and with the other, in order; none when its calendar cannot tell its days. */
  between(definition: ScheduleDefinition, after: Instant, upTo: Instant): Iterable<Occurrence> {
    const days = definition.calendar === undefined ? undefined : this.calendars.days.find(definition.calendar);
    return days !== undefined && 'rejected' in days ? [] : occurrencesBetween(definition, days, justAfter(after), justAfter(upTo));
  }

  /**
   * After which instant its occurrences are not decided. A day that a calendar has opened since does not begin in the past: what the schedule would
   * have started on it before the change was never due.
   */
  undecidedAfter({ calendar }: ScheduleDefinition, decidedUpTo: Instant): Instant {
    const changedAt = calendar === undefined ? undefined : this.calendars.changedAt(calendar);
    if (changedAt === undefined) return decidedUpTo;
    const from = instantOf(Date.parse(changedAt) - CHANGE_OVERLAP_MS);
    return from > decidedUpTo ? from : decidedUpTo;
  }

  /** After an instant, in order, as far as anybody plans. */
  after(definition: ScheduleDefinition, after: Instant): Iterable<Occurrence> {
    return this.between(definition, after, horizonOf(after));
  }

  next(definition: ScheduleDefinition, after: Instant): PlannedOccurrence | undefined {
    for (const each of this.after(definition, after)) return plannedAs(each);
    return undefined;
  }

  /** What a start of it comes to. The ids of its runs follow from the occurrence: whoever starts it starts the same ones. */
  due({ schedule, jobnets, parameters, timeZone }: ScheduleDefinition, { key, at, local, businessDay }: RecordedOccurrence, now: Instant): DueOccurrence {
    return {
      key, at, local, businessDay,
      lateSeconds: Math.max(0, Math.floor((Date.parse(now) - Date.parse(at)) / 1000)),
      runs: jobnets.map((jobnet) => ({ jobnet, runId: runIdOf(startId(schedule, jobnet, key)) })),
      parameters: renderParameters(parameters, { key, at, local, businessDay, schedule, timeZone }),
    };
  }
}

/** As this process computes it. */
export function plannedAs({ key, at }: RecordedOccurrence): PlannedOccurrence {
  return { key, at, zoneData: ZONE_DATA };
}

/**
 * Of the command that starts the run of an occurrence, whoever gives it, and however often. It begins with the local time that names the
 * occurrence, so that runs of one time lie together: ids from all over change a page of the log's index each.
 */
export function startId(schedule: string, jobnet: string, key: string): string {
  const time = Math.max(0, readLocal(key.slice(0, 'yyyy-mm-ddThh:mm'.length))).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${hashUuid(['occurrence', schedule, jobnet, key]).slice(13)}`;
}

export function instantOf(milliseconds: number): Instant {
  return new Date(milliseconds).toISOString() as Instant;
}

/** Of many schedules that are due together it is the same: to the day it is exact enough. */
const horizonOfDay = remember(8, (day) => instantOf(Number(day) * 86_400_000 + HORIZON_MS));

function horizonOf(after: Instant): Instant {
  return horizonOfDay(String(Math.ceil(Date.parse(after) / 86_400_000)));
}

function justAfter(instant: Instant): Instant {
  return instantOf(Date.parse(instant) + 1);
}
