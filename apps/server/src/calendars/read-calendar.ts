import type { CalendarDefinition } from '#events/planning/calendar-definition';
import { checkCalendar } from '#domain/calendar/definition/check-calendar';
import { HttpProblem } from '../http/http-problem.js';
import { type OfText, readChecked } from '../jobnets/definition/read-checked.js';

const EMPTY = 'The text is empty; a calendar has at least calendar: and its id, and days: with a rule, as days: mon-fri.';

/** Reads a calendar from YAML or JSON text, with line and column of every fault. */
export function readCalendar(text: string): OfText<CalendarDefinition> {
  return readChecked(text, checkCalendar, EMPTY);
}

/** The calendar in the body of a request. @throws HttpProblem 400 with every fault */
export function calendarIn(body: unknown): CalendarDefinition {
  if (typeof body !== 'string') throw new HttpProblem(400, 'malformed-request', 'the body is the calendar\'s text, as application/yaml or application/json');
  const read = readCalendar(body);
  if ('definition' in read) return read.definition;
  const [first] = read.faults;
  const more = read.faults.length > 1 ? ` (and ${read.faults.length - 1} more)` : '';
  throw new HttpProblem(400, 'invalid-definition', first === undefined ? 'the definition is not valid' : `line ${first.line}, column ${first.column}: ${first.message}${more}`, read.faults);
}
