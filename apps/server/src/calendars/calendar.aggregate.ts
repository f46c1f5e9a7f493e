import type { CalendarEvent } from '#events/planning/calendar.events';
import { type CalendarCommand, calendarDecider, type CalendarState } from '#domain/calendar/calendar.decider';
import { EventSourcedAggregate } from '../event-sourcing/event-sourced.aggregate.js';

export class CalendarAggregate extends EventSourcedAggregate<CalendarState, CalendarCommand, CalendarEvent> {
  constructor(id: string) {
    super(calendarStream(id), calendarDecider);
  }
}

export function calendarStream(id: string): string {
  return `calendar-${id}`;
}
