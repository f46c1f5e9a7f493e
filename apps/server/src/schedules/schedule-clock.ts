import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import { StreamClosedError } from '../event-sourcing/command-failures.js';
import { LogClock } from '../event-sourcing/log-clock.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';
import { Reaction } from '../event-sourcing/reaction.js';
import { WALL_CLOCK, type WallClock } from '../event-sourcing/wall-clock.js';
import { ClockLease } from '../servers/clock-lease.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { Alarm } from '../timers/alarm.js';
import { DecideOccurrences } from './commands/decide-occurrences.handler.js';
import { MoveOccurrence } from './commands/move-occurrence.handler.js';
import { allTried } from './all-tried.js';
import { OccurrencePlanner, ZONE_DATA } from './occurrence-planner.js';
import { SchedulesProjection, type TrackedSchedule } from './schedules.projection.js';

/** Schedules that decide side by side; their appends share a commit. */
const AT_ONCE = 256;

/**
 * Has schedules decide what has come due. What is due follows from the fold, the calendars and the zone database; this only knows when to
 * look, and looking too often, or on two servers at once, changes nothing.
 */
@Injectable()
export class ScheduleClock implements Projection, OnApplicationShutdown {
  private readonly logger = new Logger(ScheduleClock.name);
  /** When each schedule has something to decide next. */
  private readonly alarm: Alarm;
  /** To be planned anew once all that was folded with it is. */
  private readonly changed = new Set<string>();
  private readonly deciding = new Reaction(() => this.decideDue(), (error) => {
    this.logger.warn({ msg: 'what is due could not be decided; trying again', error: String(error) });
  });
  private follower: LogFollower | undefined;
  private movesAreRecorded = false;

  constructor(
    private readonly schedules: SchedulesProjection,
    private readonly planner: OccurrencePlanner,
    private readonly lease: ClockLease,
    private readonly bus: CommandBus,
    private readonly identity: ServerIdentity,
    logClock: LogClock,
    @Inject(WALL_CLOCK) clock: WallClock,
  ) {
    this.alarm = new Alarm(clock, logClock, () => this.deciding.ask());
  }

  start(follower: LogFollower): void {
    this.follower = follower;
    for (const { schedule } of this.schedules.all()) this.plan(schedule);
    follower.onFolded(() => this.planChanged());
    this.deciding.start();
    this.alarm.start();
  }

  /** Comes after schedules and calendars. */
  apply({ recorded: { stream } }: FoldedEvent): void {
    if (this.follower === undefined) return;
    if (stream.startsWith('schedule-')) this.changed.add(stream.slice('schedule-'.length));
    else if (stream.startsWith('calendar-')) for (const { schedule, state } of this.schedules.all()) if (state.definition?.calendar !== undefined) this.changed.add(schedule);
  }

  onApplicationShutdown(): void {
    this.alarm.stop();
    this.deciding.stop();
  }

  /** Resolves when all that is due was tried once. */
  sweep(): Promise<void> {
    return this.deciding.ask();
  }

  /** Once, however many events of a schedule came together: a long past is decided by hundreds in one append. */
  private planChanged(): void {
    for (const schedule of this.changed) this.plan(schedule);
    this.changed.clear();
  }

  /** The next occurrence as it was recorded holds, unless calendars or the zone database may have changed since. */
  private plan(schedule: string): void {
    const { definition, decidedUpTo, next, mode } = this.schedules.find(schedule)?.state ?? {};
    if (definition === undefined || decidedUpTo === undefined || mode === 'retired') return this.alarm.set(schedule, undefined);
    const isCertain = next !== undefined && next.at > decidedUpTo && next.zoneData === ZONE_DATA && definition.calendar === undefined;
    const planned = isCertain ? next : this.planner.firstUndecided(definition, decidedUpTo);
    this.alarm.set(schedule, planned?.at);
  }

  private async decideDue(): Promise<boolean> {
    if (!this.lease.letsTimePass) return false;
    if (!this.movesAreRecorded) await this.recordMoves();
    const due = this.alarm.dueNow();
    let isMore = false;
    for (let first = 0; first < due.length; first += AT_ONCE) {
      const decided = await allTried(due.slice(first, first + AT_ONCE).map((schedule) => this.decide(schedule)), (error, index) => {
        this.logger.error({ msg: 'a schedule cannot decide what is due; the others go on', schedule: due[first + index], error: String(error) });
      });
      isMore ||= decided.includes(true);
    }
    return isMore;
  }

  /** What it decided is folded, and plans what comes next; where nothing was decided, that is planned anew here. True when more is due already. */
  private async decide(schedule: string): Promise<boolean> {
    try {
      const { place, written, more } = await this.bus.execute(new DecideOccurrences(schedule, { commandId: newCommandId(), actor: this.identity.actor }));
      await this.follower?.whenFolded(BigInt(place.receipt.position));
      if (written === 0) this.plan(schedule);
      return more && written > 0;
    } catch (error) {
      if (!(error instanceof StreamClosedError)) throw error;
      this.alarm.set(schedule, undefined);
      return false;
    }
  }

  /** What comes next stands in the log as another zone database had it. What cannot be recorded of one schedule keeps no other from anything; it is tried again with the next look. */
  private async recordMoves(): Promise<void> {
    const former = [...this.schedules.all()].filter(({ state: { next } }) => next !== undefined && next.zoneData !== ZONE_DATA);
    let compared = 0;
    for (let first = 0; first < former.length; first += AT_ONCE) {
      const some = former.slice(first, first + AT_ONCE);
      const done = await allTried(some.map((each) => this.recordMove(each)), (error, index) => {
        this.logger.error({ msg: 'what another zone database moves could not be recorded; the others go on', schedule: some[index]?.schedule, error: String(error) });
      });
      compared += done.length;
    }
    this.movesAreRecorded = compared === former.length;
  }

  private async recordMove({ schedule, state }: TrackedSchedule): Promise<void> {
    if (state.definition === undefined || this.planner.moved(state.definition, state) === undefined) return;
    try {
      await this.bus.execute(new MoveOccurrence(schedule, { commandId: newCommandId(), actor: this.identity.actor }));
    } catch (error) {
      // Nothing is recorded on it any more.
      if (!(error instanceof StreamClosedError)) throw error;
    }
  }
}
