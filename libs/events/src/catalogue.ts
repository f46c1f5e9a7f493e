import { agentEvents, type AgentEvent } from './agent.events.js';
import { calendarEvents, type CalendarEvent } from './planning/calendar.events.js';
import type { EventDefinition } from './define-event.js';
import { jobnetEvents, type JobnetEvent } from './jobnet.events.js';
import { operatorEvents, type OperatorEvent } from './operator.events.js';
import { refusalEvents, type RefusalEvent } from './refusal.events.js';
import { runEvents, type RunEvent } from './run.events.js';
import { scheduleEvents, type ScheduleEvent } from './planning/schedule.events.js';
import { leaseEvents, logEvents, serverEvents, type LeaseEvent, type LogEvent, type ServerEvent } from './server.events.js';

/** Every event of Kiroku, whichever stream it stands on. */
export type DomainEvent = JobnetEvent | RunEvent | AgentEvent | OperatorEvent | RefusalEvent | ServerEvent | LeaseEvent | LogEvent | ScheduleEvent | CalendarEvent;

/** The kinds of stream, by the prefix of their names, and what may stand on them. */
export const streamKinds: Record<string, Record<string, EventDefinition>> = {
  jobnet: jobnetEvents,
  run: runEvents,
  schedule: scheduleEvents,
  calendar: calendarEvents,
  agent: agentEvents,
  operator: operatorEvents,
  refusals: refusalEvents,
  server: serverEvents,
  lease: leaseEvents,
  log: logEvents,
};

const definitions = new Map(Object.values(streamKinds).flatMap((events) => Object.values(events)).map((definition) => [definition.type, definition]));

/** The definition of an event type, or undefined for a word that this build does not know. */
export function definitionOf(type: string): EventDefinition | undefined {
  return definitions.get(type);
}
