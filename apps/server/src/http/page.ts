import { z } from 'zod';
import type { List } from '#protocol/api';
import { position } from '#protocol/agent-link';
import { HttpProblem } from './http-problem.js';

/** Of a page, when none was asked for. */
export const DEFAULT_LIMIT = 100;

/** What every list takes: `limit` 1-1000, and the `next` of the page before. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(1000).default(DEFAULT_LIMIT),
  cursor: z.string().max(400).optional(),
  after: position.optional(),
};

/** Filters take one value or several separated by commas. */
export const manyOf = z.string().max(4000).transform((text) => text.split(',').map((each) => each.trim()).filter((each) => each !== ''));

/**
 * One page of what is there, oldest first. Items are found again by `cursorOf`, so that a page is stable while more is added. The list must
 * still hold the item of the cursor: what leaves a list with time is filtered by `wanted`, not before.
 *
 * @param after the cursor of the last item of the page before
 * @throws HttpProblem 400 for a cursor that no page ended with
 */
export function pageOf<Item>(items: Iterable<Item>, limit: number, after: string | undefined, cursorOf: (item: Item) => string, wanted: (item: Item) => boolean = () => true): List<Item> {
  const page: Item[] = [];
  let reached = after === undefined;
  for (const item of items) {
    if (!reached) {
      reached = cursorOf(item) === after;
      continue;
    }
    if (!wanted(item)) continue;
    const last = page.at(-1);
    if (page.length === limit && last !== undefined) return { items: page, next: cursorOf(last) };
    page.push(item);
  }
  if (!reached) throw new HttpProblem(400, 'invalid-request', 'the query is not valid: cursor: no page of this list ended with it');
  return { items: page };
}

/** As `pageOf`, for a list in the order of its cursors whose items come and go: the next page begins behind the cursor, whether its item is there or not. */
export function sortedPageOf<Item>(items: Iterable<Item>, limit: number, after: string | undefined, cursorOf: (item: Item) => string): List<Item> {
  const rest = [...items].filter((item) => after === undefined || cursorOf(item) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return rest.length > limit && last !== undefined ? { items: page, next: cursorOf(last) } : { items: page };
}
