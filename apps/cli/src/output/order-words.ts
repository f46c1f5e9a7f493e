import type { StandingOrder } from '#protocol/api';
import { localTime } from './time-words.js';

/** Since when an order holds, whose it is, and why; empty when there is none. */
export function orderWords(order: StandingOrder | undefined, nowMs: number): string {
  if (order === undefined) return '';
  const why = [order.reason, order.ticket === undefined ? undefined : `[${order.ticket}]`].filter((text) => text !== undefined).join(' ');
  return `since ${localTime(order.since, nowMs)} by ${order.by.id}${why === '' ? '' : `: ${why}`}`;
}
