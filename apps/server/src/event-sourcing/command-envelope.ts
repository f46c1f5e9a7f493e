import type { Actor } from '#events/vocabulary';
import { hash, randomUUID } from 'node:crypto';
import { hashUuid } from './event-id.js';

/** Who gives a command, and why. Everything a handler needs beside the command's own data. */
export interface CommandEnvelope {
  readonly commandId: string;
  readonly actor: Actor;
  readonly reason?: string | undefined;
  readonly ticket?: string | undefined;
  /** What caused it, when that was an event or another command. */
  readonly causationId?: string | undefined;
  /** Only of a command that may be given again under its id: what was asked, as a hash. */
  readonly fingerprint?: string | undefined;
}

/** A command id of a command that is given once: a UUID of version 7, so that what derives from it grows with time. */
export function newCommandId(now: number = Date.now()): string {
  const time = now.toString(16).padStart(12, '0');
  // Node draws UUIDs from a pool, seven times as fast as sixteen bytes of one's own; the version is ours, the variant is there.
  const chance = randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${chance.slice(15)}`;
}

/** The same key by the same actor on the same route is the same command, however often it is sent. */
export function idempotentCommandId(actor: Actor, method: string, path: string, key: string): string {
  return hashUuid(['idempotency-key', actor.kind, actor.id, method, path, key]);
}

/** Tells requests apart that came under one key: 64 bits are enough to notice a mistake, and they stand beside every event. */
export function fingerprintOf(body: unknown): string {
  return hash('sha256', JSON.stringify(body ?? null), 'hex').slice(0, 16);
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Every ten bits. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => CROCKFORD.charAt(bits >> 5) + CROCKFORD.charAt(bits & 31));

/** A run's id is its command's, in the 26 characters of a ULID: runs started one after the other sort that way. */
export function runIdOf(commandId: string): string {
  const hex = commandId.replaceAll('-', '');
  // 128 bits are 8 and six times 20, which are five hexadecimal digits each.
  let text = PAIRS[Number.parseInt(hex.slice(0, 2), 16)] ?? '';
  for (let at = 2; at < 32; at += 5) {
    const bits = Number.parseInt(hex.slice(at, at + 5), 16);
    text += `${PAIRS[bits >> 10]}${PAIRS[bits & 1023]}`;
  }
  return text;
}
