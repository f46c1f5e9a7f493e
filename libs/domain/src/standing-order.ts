import type { Actor, Instant } from '#events/vocabulary';
import type { FoldContext } from './decider.js';

/** What a person has ordered and nobody has taken back yet: since when it holds, whose it is, and why. */
export interface StandingOrder {
  readonly since: Instant;
  readonly by: Actor;
  readonly reason?: string;
  readonly ticket?: string;
}

/** The order that an event begins. */
export function standingOrder({ at, actor, reason, ticket }: FoldContext): StandingOrder {
  return { since: at, by: actor, ...(reason === undefined ? {} : { reason }), ...(ticket === undefined ? {} : { ticket }) };
}

/** For people, behind the word for the state: `since 2026-11-22T20:57:59.123Z by hanako (freeze)`. */
export function orderWords({ since, by, reason, ticket }: StandingOrder): string {
  const why = [reason, ticket].filter((text) => text !== undefined).join(', ');
  return `since ${since} by ${by.id}${why === '' ? '' : ` (${why})`}`;
}
