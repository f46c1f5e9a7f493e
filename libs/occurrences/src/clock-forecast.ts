import type { ClockForecast } from '#events/planning/schedule.events';
import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import type { Instant } from '#events/vocabulary';
import { firstOf } from './first-of.js';
import { DAY, readInstant, writeInstant } from './local-time.js';
import { occurrencesBetween, occurrencesIn } from './occurrences-between.js';
import type { OperatingDays } from './operating-days.js';
import { type Stretch, stretchesBetween, type Zone, zoneOfStretches } from './times/zone.js';

/** Starts that are looked at after the first moment in which two zone databases differ: a week of a schedule that starts every minute. */
const MOST_COMPARED = 10_000;

/** A start that another zone database has at another instant. */
export interface MovedStart {
  readonly key: string;
  readonly from: Instant;
  readonly to: Instant;
}

/** What the zone database of this process foretells of the clocks of a zone. */
export function foretell(timeZone: string, from: Instant, until: Instant): ClockForecast {
  const offsets = stretchesBetween(timeZone, readInstant(from), readInstant(until));
  return { until, offsets: offsets.map(({ since, offset }) => ({ from: writeInstant(since), seconds: offset / 1000 })) };
}

/**
 * The first start after an instant that had been foretold for another one than where the zone database of this process has it; undefined when none was, as far as the forecast
 * goes. A start may have been moved to before that instant.
 */
export function firstMoved(definition: ScheduleDefinition, days: OperatingDays | undefined, forecast: ClockForecast, after: Instant): MovedStart | undefined {
  const former = stretchesOf(forecast);
  const differs = firstDifference(former, definition.timeZone, forecast);
  if (differs === undefined) return undefined;
  const since = Math.max(differs, readInstant(after) + 1);
  const until = readInstant(forecast.until) - DAY;
  const foretold = firstOf(occurrencesIn(zoneIn(former), definition, days, writeInstant(since), writeInstant(until)), MOST_COMPARED);
  const now = new Map<string, Instant>();
  for (const { key, at } of firstOf(occurrencesBetween(definition, days, writeInstant(Math.max(differs, since - DAY)), writeInstant(until + DAY)), MOST_COMPARED)) now.set(key, at);
  for (const { key, at: from } of foretold) {
    const to = now.get(key);
    if (to !== undefined && to !== from) return { key, from, to };
  }
  return undefined;
}

function stretchesOf({ offsets }: ClockForecast): readonly Stretch[] {
  return offsets.map(({ from, seconds }, index) => {
    const next = offsets[index + 1];
    return { since: index === 0 ? -Infinity : readInstant(from), until: next === undefined ? Infinity : readInstant(next.from), offset: seconds * 1000 };
  });
}

function firstDifference(former: readonly Stretch[], timeZone: string, { until, offsets }: ClockForecast): number | undefined {
  const now = stretchesBetween(timeZone, readInstant(offsets[0]?.from ?? until), readInstant(until));
  const changes = [...now, ...former.slice(1)].map(({ since }) => since).sort((one, other) => one - other);
  return changes.find((instant) => stretchIn(former, instant)?.offset !== stretchIn(now, instant)?.offset);
}

function stretchIn(stretches: readonly Stretch[], instant: number): Stretch | undefined {
  return stretches.findLast(({ since }) => since <= instant);
}

function zoneIn(stretches: readonly Stretch[]): Zone {
  return zoneOfStretches((instant) => {
    const found = stretchIn(stretches, instant) ?? stretches[0];
    if (found === undefined) throw new Error('a forecast of the clocks says nothing');
    return found;
  });
}
