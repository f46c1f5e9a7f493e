import { z } from 'zod';
import type { List } from '#protocol/api';
import { position } from '#protocol/agent-link';

/** What every list takes: `limit` 1-1000, and the `next` of the page before. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(200).optional(),
  after: position.optional(),
};

/** Filters take one value or several separated by commas. */
export const manyOf = z.string().max(4000).transform((text) => text.split(',').map((each) => each.trim()).filter((each) => each !== ''));

/**
 * One page of what is there, oldest first. Items are found again by `cursorOf`, so that a page is stable while more is added.
 *
 * @param after the cursor of the last item of the page before
 */
export function pageOf<Item>(items: Iterable<Item>, limit: number, after: string | undefined, cursorOf: (item: Item) => string): List<Item> {
  const page: Item[] = [];
  let reached = after === undefined;
  for (const item of items) {
    if (!reached) {
      reached = cursorOf(item) === after;
      continue;
    }
    const last = page.at(-1);
    if (page.length === limit && last !== undefined) return { items: page, next: cursorOf(last) };
    page.push(item);
  }
  return { items: page };
}
