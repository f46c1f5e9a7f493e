import { Injectable } from '@nestjs/common';
import type { DueOccurrence } from '#domain/schedule/decide-occurrences';
import type { PlannedOccurrence, Occurrence as RecordedOccurrence } from '#events/planning/schedule.events';
import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import type { Instant } from '#events/vocabulary';
import type { Foretold, ScheduleState } from '#domain/schedule/schedule.state';
import { firstMoved, foretell, type MovedStart } from '#occurrences/clock-forecast';
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

/** How far a forecast of the clocks goes, and when it is made anew, in milliseconds: two or three lines, twice a year. */
const FORETOLD_MS = 400 * 86_400_000;
const FORETOLD_AGAIN_MS = 200 * 86_400_000;

/** The version of the zone database that this process computes with. */
export const ZONE_DATA = process.versions['tz'] ?? 'unknown';

/** Without a calendar every day is open, and was. */
const ALWAYS = [{ days: undefined, until: undefined }];

/** When a schedule is due, with the calendars as they stand, and what follows from it. */
@Injectable()
export class OccurrencePlanner {
  constructor(private readonly calendars: CalendarsProjection) {}

  /** After one instant, up to and with the other, in order; none when its calendar cannot tell its days. */
  between(definition: ScheduleDefinition, after: Instant, upTo: Instant): Iterable<Occurrence> {
    const days = definition.calendar === undefined ? undefined : this.calendars.days.find(definition.calendar);
    return days !== undefined && 'rejected' in days ? [] : occurrencesBetween(definition, days, justAfter(after), justAfter(upTo));
  }

  /** What a schedule has not decided, in order, as far as anybody plans: each by what its calendar said when it was due. */
  *undecided(definition: ScheduleDefinition, decidedUpTo: Instant): Generator<Occurrence> {
    const { calendar } = definition;
    let from = decidedUpTo;
    for (const { days, until } of calendar === undefined ? ALWAYS : this.calendars.daysSince(calendar, decidedUpTo)) {
      yield* occurrencesBetween(definition, days, justAfter(from), justAfter(until ?? horizonOf(from)));
      from = until ?? from;
    }
  }

  firstUndecided(definition: ScheduleDefinition, decidedUpTo: Instant): Occurrence | undefined {
    for (const each of this.undecided(definition, decidedUpTo)) return each;
    return undefined;
  }

  /** The first start that another zone database had at another instant than this one, as far as it is on record what that foretold. */
  moved(definition: ScheduleDefinition, { decidedUpTo, next, foretold }: ScheduleState): MovedStart | undefined {
    if (decidedUpTo === undefined || next === undefined || next.zoneData === ZONE_DATA) return undefined;
    const days = definition.calendar === undefined ? undefined : this.calendars.daysOf(definition.calendar);
    if (definition.calendar !== undefined && days === undefined) return undefined;
    const moved = foretold === undefined ? undefined : firstMoved(definition, days, foretold.clocks, decidedUpTo);
    if (moved !== undefined) return moved;
    // Further away than the forecast goes.
    const first = this.firstUndecided(definition, decidedUpTo);
    return first?.key === next.key && first.at !== next.at ? { key: next.key, from: next.at, to: first.at } : undefined;
  }

  /** As this process computes it, with what it foretells of the clocks unless that is on record for some time to come. */
  planned({ timeZone }: ScheduleDefinition, { key, at }: RecordedOccurrence, foretold: Foretold | undefined, now: Instant): PlannedOccurrence {
    const isForetold = foretold?.zoneData === ZONE_DATA && Date.parse(foretold.clocks.until) - Date.parse(now) > FORETOLD_AGAIN_MS;
    return { key, at, zoneData: ZONE_DATA, ...(isForetold ? {} : { clocks: foretoldOn(`${now.slice(0, 'yyyy-mm-dd'.length)} ${timeZone}`) }) };
  }

  /** After an instant, in order, as far as anybody plans. */
  after(definition: ScheduleDefinition, after: Instant): Iterable<Occurrence> {
    return this.between(definition, after, horizonOf(after));
  }

  next(definition: ScheduleDefinition, after: Instant): PlannedOccurrence | undefined {
    for (const each of this.after(definition, after)) return this.planned(definition, each, undefined, after);
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

/** By day and zone. */
const foretoldOn = remember(64, (word) => {
  const [day = '', timeZone = ''] = word.split(' ');
  return foretell(timeZone, instantOf(Date.parse(day)), instantOf(Date.parse(day) + FORETOLD_MS));
});

/** Of many schedules that are due together it is the same: to the day it is exact enough. */
const horizonOfDay = remember(8, (day) => instantOf(Number(day) * 86_400_000 + HORIZON_MS));

function horizonOf(after: Instant): Instant {
  return horizonOfDay(String(Math.ceil(Date.parse(after) / 86_400_000)));
}

function justAfter(instant: Instant): Instant {
  return instantOf(Date.parse(instant) + 1);
}
