import { calendarDefinition, dayRule, plainDate, weekday } from '#events/planning/calendar-definition';
import { actor, identifier, instant } from '#events/vocabulary';
import { z } from 'zod';
import { named } from './named.js';

/** What clients and servers say to each other about calendars. The list may grow: readers accept others. */
export const CALENDAR_STATES = ['active', 'retired'] as const;

const calendarState = named('CalendarState', z.enum(CALENDAR_STATES), 'Whether it may be named. The list may grow: accept words that you do not know.');
const why = z.string().trim().min(1).max(2000);

named('DayRule', dayRule, 'Which days: every kind of rule as it is stored.');
named('CalendarDefinition', calendarDefinition, 'A calendar as it is stored: every short form written out.');

/** Where short forms are possible, the schema only says so: the server reads texts with a reader of its own, which knows lines and columns. */
export const calendarText = named('CalendarText', z.strictObject({
  calendar: identifier, description: z.string().max(500).optional(), days: z.union([z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())]),
}), 'A calendar as it is written, as JSON: `days` is a DayRule, or one of its short forms (docs/calendars.md). YAML of the same form is taken too.');

/** `POST /calendars/{id}/retire` */
export const retireCalendarBody = named('RetireCalendar', z.strictObject({
  reason: why, ticket: z.string().max(200).optional(), expect: z.strictObject({ version: z.int().positive().optional(), state: calendarState.optional() }).optional(),
}), '`expect` is an optional precondition: refused (409) unless the calendar still is as the operator saw it.');

export const calendarView = named('Calendar', z.object({
  calendar: identifier, version: z.int(), revision: z.int(), definition: calendarDefinition, definedAt: instant, definedBy: actor, state: calendarState,
  /** The order that retired it. */
  closed: z.object({ since: instant, by: actor, reason: z.string().optional(), ticket: z.string().optional() }).optional(),
}));

export const calendarVersionView = named('CalendarVersion', z.object({
  version: z.int(), definition: calendarDefinition, at: instant, actor, reason: z.string().optional(), ticket: z.string().optional(),
}));

export const calendarDay = named('CalendarDay', z.object({ date: plainDate, weekday, open: z.boolean() }), 'A day, and whether it is an operating day.');

export const validCalendar = named('ValidCalendar', z.object({ valid: z.literal(true), definition: calendarDefinition }));

export type CalendarView = z.infer<typeof calendarView>;
export type CalendarVersionView = z.infer<typeof calendarVersionView>;
export type CalendarDay = z.infer<typeof calendarDay>;
export type RetireCalendarBody = z.infer<typeof retireCalendarBody>;
