import { Inject, Injectable } from '@nestjs/common';
import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import type { Instant } from '#events/vocabulary';
import type { Occurrence } from '#occurrences/occurrence';
import type { DueView, ScheduleView } from '#protocol/schedules';
import { WALL_CLOCK, type WallClock } from '../event-sourcing/wall-clock.js';
import { HttpProblem } from '../http/http-problem.js';
import { instantOf, OccurrencePlanner } from './occurrence-planner.js';
import { SchedulesProjection, type TrackedSchedule } from './schedules.projection.js';

/** Who names neither a count nor an end looks at what comes next; who names an end wants all before it. */
const USUAL_COUNT = 10;

/** In one answer. */
export const MOST = 1000;

/** What is asked about what comes: from an instant on, so many, up to another. */
export interface Outlook {
  readonly from?: Instant | undefined;
  readonly days?: number | undefined;
  readonly count?: number | undefined;
}

/** Schedules as the API shows them, and when they are due. */
@Injectable()
export class ScheduleQueries {
  constructor(private readonly schedules: SchedulesProjection, private readonly planner: OccurrencePlanner, @Inject(WALL_CLOCK) private readonly clock: WallClock) {}

  all(): Iterable<TrackedSchedule> {
    return this.schedules.all();
  }

  /** @throws HttpProblem 404 */
  find(id: string): TrackedSchedule {
    const schedule = this.schedules.find(id);
    if (schedule === undefined) throw new HttpProblem(404, 'schedule-not-found', `there is no schedule ${id}`);
    return schedule;
  }

  view({ schedule, state, revision, definedAt, definedBy }: TrackedSchedule): ScheduleView {
    const { mode, version, definition, closed, asked, lastNotStarted } = state;
    // The stream of a schedule begins with its definition; the fold stops at any other.
    if (mode === 'absent' || definition === undefined) throw new Error(`schedule ${schedule} is tracked without a definition`);
    const [next] = mode === 'active' ? this.outlook([definition], { count: 1 }) : [];
    return {
      schedule, version, revision, definition, definedAt, definedBy, state: mode, asked: [...asked.values()],
      ...(next === undefined ? {} : { next }), ...(closed === undefined ? {} : { closed }), ...(lastNotStarted === undefined ? {} : { lastNotStarted }),
    };
  }

  /** When one is due, whether it is paused or not. */
  next(id: string, outlook: Outlook): DueView[] {
    const { definition } = this.find(id).state;
    return definition === undefined ? [] : this.outlook([definition], outlook);
  }

  /** What all that are active start, in order. */
  forecast(outlook: Outlook): DueView[] {
    return this.outlook([...this.schedules.all()].flatMap(({ state: { mode, definition } }) => (mode === 'active' && definition !== undefined ? [definition] : [])), outlook);
  }

  private outlook(definitions: readonly ScheduleDefinition[], { from, days, count = days === undefined ? USUAL_COUNT : MOST }: Outlook): DueView[] {
    const begin = from === undefined ? this.clock.now() : Date.parse(from);
    // The last instant before the first moment asked for: what is due at that very moment is in it.
    const after = instantOf(begin - 1);
    const starts = (definition: ScheduleDefinition) => (days === undefined ? this.planner.after(definition, after) : this.planner.between(definition, after, instantOf(begin + days * 86_400_000 - 1)));
    const streams = definitions.map((definition) => first(starts(definition), count).map((each) => dueView(definition, each)));
    return streams.flat().sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : one.schedule < other.schedule ? -1 : 1)).slice(0, count);
  }
}

function dueView({ schedule, jobnets, timeZone }: ScheduleDefinition, { at, local, businessDay, key, clocks }: Occurrence): DueView {
  return { at, local, businessDay, timeZone, key, schedule, jobnets: [...jobnets], ...(clocks === undefined ? {} : { clocks }) };
}

function first<Item>(items: Iterable<Item>, most: number): Item[] {
  const taken: Item[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length === most) break;
  }
  return taken;
}
