import type { StandingOrder } from '#protocol/api';
import { localTime } from './time-words.js';

/** Since when an order holds, whose it is, and why; empty when there is none. */
export function orderWords(order: StandingOrder | undefined, nowMs: number): string {
  if (order === undefined) return '';
  return `since ${localTime(order.since, nowMs)} by ${order.by.id}${whyWords(order)}`;
}

/** `: new disks [OPS-7]`, or nothing where nothing was said. */
export function whyWords({ reason, ticket }: { reason?: string | undefined; ticket?: string | undefined }): string {
  const why = [reason, ticket === undefined ? undefined : `[${ticket}]`].filter((text) => text !== undefined).join(' ');
  return why === '' ? '' : `: ${why}`;
}
