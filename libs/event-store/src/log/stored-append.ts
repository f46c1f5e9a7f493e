import type { EventMetadata } from '#events/vocabulary';
import type { NewEvent, RecordedEvent } from '../event-store.port.js';
import { CorruptLogError } from '../event-store.errors.js';

/** One append as it lies in a log of ours: its events as one JSON array, beside the place of the first. */
export interface StoredAppend {
  readonly position: number;
  readonly count: number;
  readonly stream: string;
  readonly revision: number;
  readonly metadata: string;
  /** Null in a page whose filter leaves this stream out: read past it, but count it, so that a gap shows. */
  readonly events: string | null;
  /** The events as their caller gave them, where this process has just written them and JSON gives back the same. */
  readonly given?: readonly NewEvent[] | undefined;
}

interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
  readonly metadata?: EventMetadata;
}

/** @throws CorruptLogError when the text is not what an append left */
export function decode(append: StoredAppend): RecordedEvent[] {
  if (append.given !== undefined) return append.given.map((event, index) => recorded(append, index, event, event.metadata));
  const shared = parse(append, append.metadata) as EventMetadata;
  const events = parse(append, append.events ?? 'null');
  if (!Array.isArray(events) || events.length !== append.count) {
    throw corrupt(append, `it does not hold ${append.count} events`);
  }
  return events.map((event: unknown, index) => {
    if (!isStoredEvent(event)) throw corrupt(append, `its event ${index} is incomplete`);
    return recorded(append, index, event, event.metadata ?? shared);
  });
}

function recorded({ stream, revision, position }: StoredAppend, index: number, { id, type, schemaVersion, data }: StoredEvent, metadata: EventMetadata): RecordedEvent {
  return { id, stream, revision: revision + index, position: BigInt(position + index), type, schemaVersion, data, metadata };
}

function parse(append: StoredAppend, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw corrupt(append, `its JSON does not parse: ${(error as Error).message}`);
  }
}

function isStoredEvent(event: unknown): event is StoredEvent {
  if (typeof event !== 'object' || event === null) return false;
  const { id, type, schemaVersion, data } = event as Partial<StoredEvent>;
  return typeof id === 'string' && typeof type === 'string' && typeof schemaVersion === 'number' && data !== undefined;
}

function corrupt({ position, stream, revision }: StoredAppend, why: string): CorruptLogError {
  return new CorruptLogError(`the append at position ${position} (${stream}, revision ${revision}) cannot be read: ${why}`);
}
