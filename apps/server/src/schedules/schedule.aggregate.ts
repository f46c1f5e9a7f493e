import type { ScheduleEvent } from '#events/planning/schedule.events';
import { type ScheduleCommand, scheduleDecider } from '#domain/schedule/schedule.decider';
import type { ScheduleState } from '#domain/schedule/schedule.state';
import { EventSourcedAggregate } from '../event-sourcing/event-sourced.aggregate.js';

export class ScheduleAggregate extends EventSourcedAggregate<ScheduleState, ScheduleCommand, ScheduleEvent> {
  constructor(id: string) {
    super(scheduleStream(id), scheduleDecider);
  }
}

function scheduleStream(id: string): string {
  return `schedule-${id}`;
}
