import { createHash } from 'node:crypto';
import type { JSONEventData, JSONType, MetadataType, ResolvedEvent } from '@kurrent/kurrentdb-client';
import { jsonEvent } from '@kurrent/kurrentdb-client';
import type { EventMetadata } from '#events/vocabulary';
import type { RecordedEvent } from '../event-store.port.js';
import { CorruptLogError } from '../event-store.errors.js';
import type { PreparedAppend } from '../log/prepared-append.js';
import { decode } from '../log/stored-append.js';

/** What stands in the database's metadata of each event of ours. */
interface Envelope {
  readonly id: string;
  readonly schemaVersion: number;
  /** Which of how many events of one append this is. */
  readonly part: number;
  readonly of: number;
  readonly metadata: EventMetadata;
}

/** An event, and its place in the append that wrote it: who reads the log in order can tell when a part is missing. */
export interface PlacedEvent {
  readonly event: RecordedEvent;
  readonly part: number;
  readonly of: number;
}

/** Taken at once: nothing that the caller does to its objects later changes what is sent. */
export function toDatabase({ stream, ids, metadata, events, given }: PreparedAppend): JSONEventData[] {
  const of = ids.length;
  return decode({ stream, metadata, events, given, position: 0, count: of, revision: 0 }).map(({ id, type, schemaVersion, data, metadata: own }, part) => {
    const envelope: Envelope = { id, schemaVersion, part, of, metadata: own };
    return jsonEvent({ id: databaseId(id, part, of), type, data: data as JSONType, metadata: envelope as unknown as MetadataType });
  });
}

/** @throws CorruptLogError when it is none of ours, though it has a name of ours */
export function fromDatabase({ event }: ResolvedEvent, prefix: string): PlacedEvent {
  const { streamId, revision, type, position, metadata, data, isJson } = event ?? {};
  if (streamId === undefined || revision === undefined || type === undefined || position === undefined) throw new CorruptLogError('the database gave an event without a place');
  const place = `${streamId} at revision ${String(revision)}`;
  if (!isEnvelope(metadata) || isJson !== true) throw new CorruptLogError(`${place} is no event of Kiroku (or its metadata cannot be read)`);
  if (position.commit !== position.prepare) throw new CorruptLogError(`${place} was written by a transaction of somebody else`);
  const { id, schemaVersion, part, of, metadata: own } = metadata;
  return { event: { id, stream: streamId.slice(prefix.length), revision: Number(revision), position: position.commit, type, schemaVersion, data, metadata: own }, part, of };
}

/**
 * The database takes an append for a repeat when the events at its place have its ids; so a prefix of an append, its tail at its own place, or two
 * appends as one would count as repeats, which the port calls conflicts. It finds just the port's repeats when an id says as well which part of
 * how many it is. It does so while it writes, so that no other server can come between, as it could if we looked it up by reading.
 */
function databaseId(id: string, part: number, of: number): string {
  const hex = createHash('sha256').update(`${id} ${part} ${of}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null) return false;
  const { id, schemaVersion, part, of, metadata } = value as Partial<Record<keyof Envelope, unknown>>;
  return typeof id === 'string' && typeof schemaVersion === 'number' && typeof part === 'number' && typeof of === 'number' && typeof metadata === 'object' && metadata !== null;
}
