import { Temporal } from 'temporal-polyfill';
import { DAY } from '../local-time.js';
import { remember } from '../remember.js';

/** A stretch of time (milliseconds, without its end) in which local time is `offset` ahead of UTC. */
export interface Stretch {
  readonly since: number;
  readonly until: number;
  readonly offset: number;
}

/** What a local time is on the clock of instants. */
export interface Reading {
  /** When the clocks show it, earliest first: none in a gap, two in a fold. */
  readonly instants: readonly number[];
  /** In a gap: the first moment after it. */
  readonly jump?: number;
}

export interface Zone {
  localAt(instant: number): number;
  read(local: number): Reading;
  /**
   * How far behind its own local time those may lie that are still due at this instant or after it: the length of a gap that ends
   * at it, or of the fold that it is in. 0 when the clocks change neither now nor soon.
   */
  lag(instant: number): number;
}

/** The polyfill looks at least three years ahead for a change, further only by the clock: what it finds within this is always the same. */
const CHUNK = 366 * DAY;
const MAX_ZONES = 1_000;

/** The zone of that name, by the zone database of Node. Its changes are looked up once a year of it: Temporal alone does 20,000 conversions a second. */
export const zoneOf: (timeZone: string) => Zone = remember(MAX_ZONES, openZone);

function openZone(timeZone: string): Zone {
  const chunks = new Map<number, readonly Stretch[]>();
  const stretchesOf = (chunk: number): readonly Stretch[] => {
    const known = chunks.get(chunk) ?? stretchesBetween(timeZone, chunk * CHUNK, (chunk + 1) * CHUNK);
    chunks.set(chunk, known);
    return known;
  };
  const stretchAt = (instant: number): Stretch => {
    for (const stretch of stretchesOf(Math.floor(instant / CHUNK))) if (instant < stretch.until) return stretch;
    throw new Error(`${instant} is in no stretch of ${timeZone}`);
  };
  return zoneOfStretches(stretchAt);
}

/** @param stretchAt in which an instant lies: one follows on the other, from the beginning to the end of time */
export function zoneOfStretches(stretchAt: (instant: number) => Stretch): Zone {
  // No offset, and no change of one, is greater than a day.
  const stretchesAround = (instant: number): readonly Stretch[] => {
    const stretches = [stretchAt(instant - DAY)];
    for (let end = stretches[0]?.until ?? Infinity; end <= instant + DAY; end = stretches.at(-1)?.until ?? Infinity) stretches.push(stretchAt(end));
    return stretches;
  };
  return {
    localAt: (instant) => instant + stretchAt(instant).offset,
    lag: (instant) => lagIn(stretchesAround(instant), instant),
    read(local) {
      const first = stretchAt(local - DAY);
      return local + DAY < first.until ? { instants: [local - first.offset] } : readIn(stretchesAround(local), local);
    },
  };
}

/** How far local time of that zone is ahead of UTC from one instant on and before the other, in order. */
export function stretchesBetween(timeZone: string, since: number, until: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (let start = since; start < until;) {
    const zoned = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(timeZone);
    const change = zoned.getTimeZoneTransition('next')?.epochMilliseconds ?? until;
    const end = Math.min(change, until);
    stretches.push({ since: start, until: end, offset: zoned.offsetNanoseconds / 1e6 });
    start = end;
  }
  return stretches;
}

function readIn(stretches: readonly Stretch[], local: number): Reading {
  const instants = stretches.flatMap(({ since, until, offset }) => (since <= local - offset && local - offset < until ? [local - offset] : []));
  if (instants.length > 0) return { instants };
  const after = stretches.find(({ since, offset }) => local < since + offset);
  if (after === undefined) throw new Error(`local time ${local} is neither before nor after a change of the clocks`);
  return { instants, jump: after.since };
}

function lagIn(stretches: readonly Stretch[], instant: number): number {
  const changes = stretches.slice(1).map(({ since, offset }, index) => ({ at: since, length: Math.abs(offset - (stretches[index]?.offset ?? offset)) }));
  return Math.max(0, ...changes.filter(({ at, length }) => Math.abs(instant - at) <= length).map(({ length }) => length));
}
