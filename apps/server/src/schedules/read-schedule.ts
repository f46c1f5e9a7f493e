import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import { checkSchedule, type TimeKnowledge } from '#domain/schedule/definition/check-schedule';
import { defaultFold } from '#occurrences/default-fold';
import { whyParametersInvalid } from '#occurrences/render-parameters';
import { whyInvalid } from '#occurrences/why-invalid';
import { HttpProblem } from '../http/http-problem.js';
import { readChecked } from '../jobnets/definition/read-checked.js';

const EMPTY = 'The text is empty; a schedule has at least schedule: and its id, jobnet: and what it starts, and when it is due, as cron: "30 2 * * *".';
const time: TimeKnowledge = { whyInvalid, whyParametersInvalid, defaultFold };

/** The schedule in the body of a request. @throws HttpProblem 400 with every fault, each with its line and column */
export function scheduleIn(body: unknown): ScheduleDefinition {
  if (typeof body !== 'string') throw new HttpProblem(400, 'malformed-request', 'the body is the schedule\'s text, as application/yaml or application/json');
  const read = readChecked(body, (document) => checkSchedule(document, time), EMPTY);
  if ('definition' in read) return read.definition;
  const [first] = read.faults;
  const more = read.faults.length > 1 ? ` (and ${read.faults.length - 1} more)` : '';
  throw new HttpProblem(400, 'invalid-definition', first === undefined ? 'the definition is not valid' : `line ${first.line}, column ${first.column}: ${first.message}${more}`, read.faults);
}
