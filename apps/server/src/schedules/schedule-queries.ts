import { Inject, Injectable } from '@nestjs/common';
import { valuesOf } from '#domain/chunked-map';
import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import type { List } from '#protocol/api';
import type { DueView, ScheduleView } from '#protocol/schedules';
import { WALL_CLOCK, type WallClock } from '../event-sourcing/wall-clock.js';
import { HttpProblem } from '../http/http-problem.js';
import { OccurrencePlanner } from './occurrence-planner.js';
import { type Outlook, outlookOf } from './outlook/outlook.js';
import { QueuedRuns } from './queue/queued-runs.js';
import { SchedulesProjection, type TrackedSchedule } from './schedules.projection.js';

/** Of its runs that wait for their turn, as many are named with a schedule. */
const QUEUED_NAMED = 20;

/** Schedules as the API shows them, and when they are due. */
@Injectable()
export class ScheduleQueries {
  constructor(private readonly schedules: SchedulesProjection, private readonly planner: OccurrencePlanner, private readonly queued: QueuedRuns, @Inject(WALL_CLOCK) private readonly clock: WallClock) {}

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
    const next = mode === 'active' ? this.outlook([definition], { count: 1 }).items[0] : undefined;
    const queued = this.queued.ofSchedule(schedule, QUEUED_NAMED);
    return {
      schedule, version, revision, definition, definedAt, definedBy, state: mode, asked: valuesOf(asked),
      ...(next === undefined ? {} : { next }), ...(closed === undefined ? {} : { closed }), ...(lastNotStarted === undefined ? {} : { lastNotStarted }),
      ...(queued.count === 0 ? {} : { queued }),
    };
  }

  /** When one is due, whether it is paused or not. */
  next(id: string, outlook: Outlook): List<DueView> {
    const { definition } = this.find(id).state;
    return definition === undefined ? { items: [] } : this.outlook([definition], outlook);
  }

  /** What all that are active start, in order. */
  forecast(outlook: Outlook): List<DueView> {
    return this.outlook([...this.schedules.all()].flatMap(({ state: { mode, definition } }) => (mode === 'active' && definition !== undefined ? [definition] : [])), outlook);
  }

  private outlook(definitions: readonly ScheduleDefinition[], outlook: Outlook): List<DueView> {
    return outlookOf(definitions, outlook, this.clock.now(), this.planner);
  }
}
