import { Injectable } from '@nestjs/common';
import type { ScheduleEvent } from '#events/planning/schedule.events';
import type { Actor, Instant } from '#events/vocabulary';
import { scheduleDecider } from '#domain/schedule/schedule.decider';
import type { ScheduleState } from '#domain/schedule/schedule.state';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';

export interface TrackedSchedule {
  readonly schedule: string;
  readonly state: ScheduleState;
  /** Of its stream. */
  readonly revision: number;
  /** Of the current version. */
  readonly definedAt: Instant;
  readonly definedBy: Actor;
}

/** Every schedule as it stands, in the order in which they were first defined. */
@Injectable()
export class SchedulesProjection implements Projection {
  private readonly schedules = new Map<string, TrackedSchedule>();

  apply({ event, recorded: { stream, revision, metadata } }: FoldedEvent): void {
    if (!stream.startsWith('schedule-')) return;
    const schedule = stream.slice('schedule-'.length);
    const before = this.schedules.get(schedule);
    const state = scheduleDecider.evolve(before?.state ?? scheduleDecider.initialState, event as ScheduleEvent, metadata);
    const { definedAt, definedBy } = before === undefined || before.state.version !== state.version ? { definedAt: metadata.at, definedBy: metadata.actor } : before;
    this.schedules.set(schedule, { schedule, state, revision, definedAt, definedBy });
  }

  find(id: string): TrackedSchedule | undefined {
    return this.schedules.get(id);
  }

  /** Those in use that count its operating days. */
  using(calendar: string): string[] {
    return [...this.schedules.values()].filter(({ state: { mode, definition } }) => mode !== 'retired' && definition?.calendar === calendar).map(({ schedule }) => schedule);
  }

  /** The retired ones too. */
  all(): Iterable<TrackedSchedule> {
    return this.schedules.values();
  }
}
