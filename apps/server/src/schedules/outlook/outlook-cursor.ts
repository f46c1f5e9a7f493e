import { z } from 'zod';
import { instant, type Instant } from '#events/vocabulary';
import type { DueView } from '#protocol/schedules';
import { HttpProblem } from '../../http/http-problem.js';

/** Where a page of what comes ended, and up to when it was asked. */
export interface OutlookPlace {
  readonly at: Instant;
  /** Of the last start on it, as `orderOf` has it. */
  readonly order: string;
  /** None when no number of days was named. */
  readonly end: Instant | undefined;
}

const place = z.tuple([instant, z.string(), z.string(), instant.nullable()]);

/** By time; of what starts together, by name. No two are the same. */
export function orderOf({ at, schedule, key }: Pick<DueView, 'at' | 'schedule' | 'key'>): string {
  return `${at} ${schedule} ${key}`;
}

/** It has the end as well: without `from` that was so many days from the moment of the first question. */
export function cursorOf({ at, schedule, key }: DueView, end: Instant | undefined): string {
  return Buffer.from(JSON.stringify([at, schedule, key, end ?? null])).toString('base64url');
}

/** @throws HttpProblem 400 for a cursor that no page ended with */
export function placeOf(cursor: string): OutlookPlace {
  const { success, data } = place.safeParse(parsed(cursor));
  if (!success) throw new HttpProblem(400, 'invalid-request', 'the query is not valid: cursor: no page of this list ended with it');
  const [at, schedule, key, end] = data;
  return { at, order: orderOf({ at, schedule, key }), end: end ?? undefined };
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
