import type { CalendarView } from '#protocol/calendars';
import { HttpProblem } from '../http/http-problem.js';
import type { CalendarsProjection, TrackedCalendar } from './calendars.projection.js';

/** A calendar as the API shows it. */
export function calendarView({ calendar, state, revision, definedAt, definedBy }: TrackedCalendar): CalendarView {
  const { mode, version, definition, closed } = state;
  // The stream of a calendar begins with its definition; the fold stops at any other.
  if (mode === 'absent' || definition === undefined) throw new Error(`calendar ${calendar} is tracked without a definition`);
  return { calendar, version, revision, definition, definedAt, definedBy, state: mode, ...(closed === undefined ? {} : { closed }) };
}

/** @throws HttpProblem 404 */
export function knownCalendar(calendars: CalendarsProjection, id: string): TrackedCalendar {
  const calendar = calendars.find(id);
  if (calendar === undefined) throw new HttpProblem(404, 'calendar-not-found', `there is no calendar ${id}`);
  return calendar;
}
