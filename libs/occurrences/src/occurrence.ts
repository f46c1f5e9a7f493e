import type { Instant } from '#events/vocabulary';

/**
 * One time at which a schedule is due. What identifies it is `key`, its local time as the rule says it (design 10.15): a later zone
 * database may move the instant, never the key, so what was started is never started again.
 */
export interface Occurrence {
  /** Unique within its schedule: `2026-10-25T02:30`, and `2026-10-25T02:30+1` for the second of a local time that comes twice. */
  readonly key: string;
  /** When it is due by the zone database of this Node. */
  readonly at: Instant;
  /** The local date and time that the rule names, also if the clocks pass over it: `2026-03-29T02:30`. Seconds only where there are some. */
  readonly local: string;
  /** The day that it belongs to, after the calendar has moved it: of `26:30` the day before. */
  readonly businessDay: string;
  /** What a change of the clocks did: `local` never was, and `at` is the first moment after it; or `local` came twice, and this is the first or second. */
  readonly clocks?: 'gap' | 'first' | 'second';
}
