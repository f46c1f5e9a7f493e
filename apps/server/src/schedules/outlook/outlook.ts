import { z } from 'zod';
import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import { instant, type Instant } from '#events/vocabulary';
import { firstOf } from '#occurrences/first-of';
import type { Occurrence } from '#occurrences/occurrence';
import type { List } from '#protocol/api';
import type { DueView } from '#protocol/schedules';
import { pageQuery } from '../../http/page.js';
import { instantOf, type OccurrencePlanner } from '../occurrence-planner.js';
import { cursorOf, orderOf, placeOf } from './outlook-cursor.js';

/** Who names neither a count nor an end looks at what comes next; who names an end wants all before it. */
const USUAL_COUNT = 10;

/** In one answer. */
const MOST = 1000;

const DAY_MS = 86_400_000;

/** Without `days`: as far as five years. */
export const outlookQuery = z.object({
  from: instant.optional().describe('From this instant on; without it from now on.'), days: z.coerce.number().int().min(1).max(366).optional().describe('So many times 24 hours.'),
  count: z.coerce.number().int().min(1).max(MOST).optional().describe(`At most so many an answer; without it 10, or ${MOST} with \`days\`.`),
  cursor: pageQuery.cursor.describe('The `next` of the page before, which has also the end that was asked for; `from` and `days` need not be said again.'), after: pageQuery.after,
});

/** What is asked about what comes: from an instant on, so many, up to another; or on from where a page ended. */
export interface Outlook {
  readonly from?: Instant | undefined;
  readonly days?: number | undefined;
  readonly count?: number | undefined;
  readonly cursor?: string | undefined;
}

/**
 * What these schedules start, in order, as the planner computes it now.
 *
 * @param now milliseconds of the wall clock
 * @throws HttpProblem 400 for a cursor that no page ended with
 */
export function outlookOf(definitions: readonly ScheduleDefinition[], { from, days, count, cursor }: Outlook, now: number, planner: OccurrencePlanner): List<DueView> {
  const place = cursor === undefined ? undefined : placeOf(cursor);
  const begin = place === undefined ? (from === undefined ? now : Date.parse(from)) : Date.parse(place.at);
  const end = place === undefined ? endOf(begin, days) : place.end;
  // The last instant before the first moment asked for: what is due at that very moment is in it.
  const after = instantOf(begin - 1);
  const most = count ?? (end === undefined ? USUAL_COUNT : MOST);
  const streams = definitions.map((definition) => {
    const starts = end === undefined ? planner.after(definition, after) : planner.between(definition, after, end);
    return [...firstOf(views(definition, starts, place?.order), most + 1)];
  });
  const all = streams.flat().sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
  const items = all.slice(0, most);
  const last = items.at(-1);
  return all.length > most && last !== undefined ? { items, next: cursorOf(last, end) } : { items };
}

/** The last moment of those days. */
function endOf(begin: number, days: number | undefined): Instant | undefined {
  return days === undefined ? undefined : instantOf(begin + days * DAY_MS - 1);
}

function* views(definition: ScheduleDefinition, starts: Iterable<Occurrence>, behind: string | undefined): Iterable<DueView> {
  for (const start of starts) {
    const view = dueView(definition, start);
    if (behind === undefined || orderOf(view) > behind) yield view;
  }
}

function dueView({ schedule, jobnets, timeZone }: ScheduleDefinition, { at, local, businessDay, key, clocks }: Occurrence): DueView {
  return { at, local, businessDay, timeZone, key, schedule, jobnets: [...jobnets], ...(clocks === undefined ? {} : { clocks }) };
}
