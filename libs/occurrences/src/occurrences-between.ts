import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import type { Instant } from '#events/vocabulary';
import { elapsedTimes } from './times/elapsed-times.js';
import { DAY, dateOfDay, readInstant, writeInstant, writeLocal } from './local-time.js';
import { nominalTimes } from './times/nominal-times.js';
import type { Occurrence } from './occurrence.js';
import type { OperatingDays } from './operating-days.js';
import { resolveTimes, type DueTime } from './times/resolve-times.js';
import { zoneOf, type Zone } from './times/zone.js';

/**
 * When a schedule is due, from `from` on and before `to`, in order of time. Lazily: what is not asked for is not computed, so `to`
 * may be far away. `days` are those of its calendar; without one every day is open. The definition must be one that `whyInvalid`
 * has nothing to say about.
 */
export function occurrencesBetween(definition: ScheduleDefinition, days: OperatingDays | undefined, from: Instant, to: Instant): Generator<Occurrence> {
  return occurrencesIn(zoneOf(definition.timeZone), definition, days, from, to);
}

/** As above, by the clocks of a zone as somebody else has it. */
export function* occurrencesIn(zone: Zone, definition: ScheduleDefinition, days: OperatingDays | undefined, from: Instant, to: Instant): Generator<Occurrence> {
  const [start, end] = [readInstant(from), readInstant(to)];
  if (start >= end) return;
  for (const time of dueTimes(definition, days, zone, start, end)) {
    if (time.instant >= start) yield occurrence(time);
  }
}

function dueTimes(definition: ScheduleDefinition, days: OperatingDays | undefined, zone: Zone, start: number, end: number): Iterable<DueTime> {
  const { rule } = definition;
  if (rule.kind === 'every') return elapsedTimes(rule, definition, days, zone, start, end);
  // What is due before the end may have a local time after it by as much as the clocks go back, which is less than a day.
  const times = nominalTimes(rule, definition, days, zone.localAt(start) - zone.lag(start), zone.localAt(end) + DAY);
  return resolveTimes(times, zone, definition, end);
}

function occurrence({ instant, local, businessDay, pass, passes }: DueTime): Occurrence {
  const written = writeLocal(local);
  const clocks = passes === 0 ? 'gap' : pass === 0 ? 'first' : 'second';
  return {
    key: pass === 0 ? written : `${written}+${pass}`,
    at: writeInstant(instant),
    local: written,
    businessDay: dateOfDay(businessDay),
    ...(passes === 1 ? {} : { clocks }),
  };
}
