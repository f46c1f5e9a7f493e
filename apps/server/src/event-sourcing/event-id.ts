import { createHash } from 'node:crypto';
import type { EventMetadata } from '#events/vocabulary';

/** A UUID (version 8, RFC 9562) made from a SHA-256 over the parts. */
export function hashUuid(parts: readonly string[]): string {
  const hash = createHash('sha256');
  // The length in front keeps ['ab','c'] and ['a','bc'] apart.
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  const bytes = hash.digest().subarray(0, 16);
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * An event's id derives from its cause and from everything recorded with it: the append of a decision sent again is a repeat,
 * and the same command decided with other data is not.
 */
export function eventIdOf(stream: string, index: number, type: string, data: unknown, metadata: EventMetadata): string {
  return hashUuid([metadata.commandId, stream, String(index), type, JSON.stringify(data), JSON.stringify(metadata)]);
}
