import type { ScheduleDefinition, ScheduleRule } from '#events/planning/schedule-definition';
import { businessDays } from './business-days.js';
import { DAY, MINUTE, dayOf, minutesOf } from '../local-time.js';
import type { OperatingDays } from '../operating-days.js';
import { chosenPass, type DueTime } from './resolve-times.js';
import type { Zone } from './zone.js';

type Every = Extract<ScheduleRule, { kind: 'every' }>;

/** What is left of one business day's window: its next start, and its last moment. */
interface Window {
  readonly businessDay: number;
  readonly start: number;
  readonly next: number;
  readonly last: number;
}

/** The starts from `from` and before `to`. They are counted in elapsed time: a change of the clocks shows only in what the clocks say at each. */
export function* elapsedTimes(rule: Every, definition: ScheduleDefinition, days: OperatingDays | undefined, zone: Zone, from: number, to: number): Generator<DueTime> {
  // The window of a day may reach to the end of the next one, and a change of the clocks moves it by a day at most.
  const ofDays = businessDays((day) => day, definition, days, dayOf(zone.localAt(from)) - 2, dayOf(zone.localAt(to)) + 1);
  for (const { instant, businessDay } of starts(windows(rule, ofDays, zone, definition.gap, from), rule.seconds * 1_000)) {
    if (instant >= to) return;
    const local = zone.localAt(instant);
    const { instants } = zone.read(local);
    const pass = instants.indexOf(instant);
    if (chosenPass(definition.fold, pass, instants.length)) yield { instant, local, businessDay, pass, passes: instants.length };
  }
}

/** From the first moment that the clocks show the beginning, to the last that they show the end. In a gap both are the jump; with `skip` nothing ends there. */
function* windows({ seconds, from: begin, until: end }: Every, ofDays: Iterable<number>, zone: Zone, gap: ScheduleDefinition['gap'], from: number): Generator<Window> {
  const step = seconds * 1_000;
  for (const businessDay of ofDays) {
    const first = zone.read(businessDay * DAY + minutesOf(begin) * MINUTE);
    const final = zone.read(businessDay * DAY + minutesOf(end) * MINUTE);
    const start = first.instants[0] ?? first.jump ?? Infinity;
    const last = final.instants.at(-1) ?? (final.jump ?? -Infinity) - (gap === 'skip' ? 1 : 0);
    const next = start + Math.max(0, Math.ceil((from - start) / step)) * step;
    if (next <= last) yield { businessDay, start, next, last };
  }
}

/** Windows begin one after the other but may overlap: of one moment the later day has it. */
function* starts(all: Iterable<Window>, step: number): Generator<{ instant: number; businessDay: number }> {
  let open: Window[] = [];
  for (const window of all) {
    yield* startsBefore(window.start);
    open.push(window);
  }
  yield* startsBefore(Infinity);

  function* startsBefore(limit: number): Generator<{ instant: number; businessDay: number }> {
    for (let instant = earliest(open); instant < limit; instant = earliest(open)) {
      const { businessDay } = open.findLast(({ next }) => next === instant) ?? { businessDay: 0 };
      yield { instant, businessDay };
      open = open.map((each) => (each.next === instant ? { ...each, next: each.next + step } : each)).filter(({ next, last }) => next <= last);
    }
  }
}

function earliest(open: readonly Window[]): number {
  return Math.min(...open.map(({ next }) => next));
}
