import type { ScheduleDefinition, ScheduleRule } from '#events/planning/schedule-definition';
import { businessDays, movedDay, type NextDay } from './business-days.js';
import { cronMinutes, nextCronDay } from './cron.js';
import { DAY, MINUTE, dayOf, minutesOf, readLocal } from '../local-time.js';
import type { OperatingDays } from '../operating-days.js';

/** A local time that a rule names, whether the clocks ever show it or not. */
export interface NominalTime {
  readonly local: number;
  readonly businessDay: number;
}

const MINUTES_A_DAY = 1_440;

type NamedTimes = Exclude<ScheduleRule, { kind: 'every' }>;

/** The local times from `from` to `to`, ascending and each once. Lazily: nothing is looked at before it is asked for. */
export function nominalTimes(rule: NamedTimes, definition: ScheduleDefinition, days: OperatingDays | undefined, from: number, to: number): Iterable<NominalTime> {
  if (rule.kind === 'once') return onceTimes(rule.once, definition, days, from, to);
  const minutes = rule.kind === 'at' ? ascending(rule.at.map(minutesOf)) : cronMinutes(rule.cron);
  const nextDay: NextDay = rule.kind === 'at' ? (day) => day : (day) => nextCronDay(rule.cron, day);
  // The early morning after a business day belongs to it.
  return timesOfDays(minutes, businessDays(nextDay, definition, days, dayOf(from) - 1, dayOf(to)), from);
}

function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((one, other) => one - other);
}

/** A time after 24:00 and one of the next day may be the same local time: the day on which it really is keeps it. */
function* timesOfDays(minutes: readonly number[], days: Iterable<number>, from: number): Generator<NominalTime> {
  const late = minutes.filter((minute) => minute >= MINUTES_A_DAY);
  const early = late.length === 0 ? minutes : minutes.slice(0, -late.length);
  let left: NominalTime[] = [];
  for (const businessDay of days) {
    let index = 0;
    const midnight = businessDay * DAY;
    for (let each = firstFrom(early, (from - midnight) / MINUTE), minute = early[each]; minute !== undefined; minute = early[each += 1]) {
      const local = midnight + minute * MINUTE;
      for (let before = left[index]; before !== undefined && before.local <= local; before = left[index += 1]) if (before.local < local) yield before;
      yield { local, businessDay };
    }
    yield* left.slice(index);
    left = late.map((minute) => ({ local: midnight + minute * MINUTE, businessDay })).filter(({ local }) => local >= from);
  }
  yield* left;
}

/** The index of the first number from this one on, in ascending ones: whoever asks for the next start skips up to 1,439 of a day. */
function firstFrom(ascending: readonly number[], least: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? least) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

function* onceTimes(once: readonly string[], definition: ScheduleDefinition, days: OperatingDays | undefined, from: number, to: number): Generator<NominalTime> {
  const found = new Map<number, NominalTime>();
  for (const written of once.map(readLocal)) {
    const businessDay = movedDay(dayOf(written), definition, days);
    if (businessDay === undefined) continue;
    const local = businessDay * DAY + (written - dayOf(written) * DAY);
    if (local >= from && local <= to) found.set(local, { local, businessDay });
  }
  yield* [...found.values()].sort((one, other) => one.local - other.local);
}
