import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import type { NominalTime } from './nominal-times.js';
import type { Reading, Zone } from './zone.js';

/** A local time of a rule, at its instant. */
export interface DueTime {
  readonly instant: number;
  readonly local: number;
  readonly businessDay: number;
  /** Which of the times that the clocks show `local`, from 0, and of how many: none in a gap. */
  readonly pass: number;
  readonly passes: number;
}

type Policies = Pick<ScheduleDefinition, 'gap' | 'fold'>;

/**
 * Local times, ascending, become instants before `to`, ascending. Because the first instant of a later local time is never before
 * that of an earlier one, only second passes of a fold and the start after a gap have to wait for those that come in between.
 */
export function* resolveTimes(times: Iterable<NominalTime>, zone: Zone, policies: Policies, to: number): Generator<DueTime> {
  let waiting: DueTime[] = [];
  for (const time of times) {
    const reading = zone.read(time.local);
    const [only] = reading.instants;
    if (only !== undefined && reading.instants.length === 1 && waiting.length === 0 && only < to) {
      yield { ...time, instant: only, pass: 0, passes: 1 };
      continue;
    }
    const earliest = reading.instants[0] ?? reading.jump ?? to;
    if (earliest >= to) break;
    waiting = [...dueTimes(time, reading, policies)].reduce(withTime, waiting);
    // The start after a gap may still turn out to be that of a later local time.
    const settled = reading.instants.length === 0 ? earliest - 1 : earliest;
    for (let [next] = waiting; next !== undefined && next.instant <= settled; [next] = waiting) {
      waiting.shift();
      yield next;
    }
  }
  yield* waiting.filter(({ instant }) => instant < to);
}

function dueTimes(time: NominalTime, { instants, jump }: Reading, { gap, fold }: Policies): DueTime[] {
  if (instants.length === 0) return jump === undefined || gap === 'skip' ? [] : [{ ...time, instant: jump, pass: 0, passes: 0 }];
  return instants.flatMap((instant, pass) => (chosenPass(fold, pass, instants.length) ? [{ ...time, instant, pass, passes: instants.length }] : []));
}

/** If a schedule with this policy starts at the nth (from 0) of the times that the clocks show one local time. */
export function chosenPass(fold: Policies['fold'], pass: number, passes: number): boolean {
  return fold === 'both' || pass === (fold === 'first' ? 0 : passes - 1);
}

/** At one instant there is one start: a time that exists wins over one that does not, and of those the first. */
function withTime(waiting: DueTime[], time: DueTime): DueTime[] {
  const same = waiting.find(({ instant }) => instant === time.instant);
  if (same !== undefined && (same.passes > 0 || time.passes === 0)) return waiting;
  const others = waiting.filter((each) => each !== same);
  const index = others.findIndex(({ instant }) => instant > time.instant);
  return index < 0 ? [...others, time] : [...others.slice(0, index), time, ...others.slice(index)];
}
