import { z } from 'zod';
import { calendarDefinition } from './calendar-definition.js';
import { defineEvent, type EventOf } from '../define-event.js';

const version = z.int().positive();

export const calendarEvents = {
  CalendarDefined: defineEvent('CalendarDefined', 1, 'A calendar of operating days exists from now on, in its version 1.', z.object({ version, definition: calendarDefinition })),
  CalendarRevised: defineEvent('CalendarRevised', 1, 'A calendar has a new version: what is due from now on follows it.', z.object({ version, definition: calendarDefinition })),
  CalendarRetired: defineEvent('CalendarRetired', 1, 'An operator took a calendar out of use. No schedule uses it, and none can any more.', z.object({})),
};

export type CalendarEvent = EventOf<(typeof calendarEvents)[keyof typeof calendarEvents]>;
