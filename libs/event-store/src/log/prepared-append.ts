import type { ExpectedRevision, NewEvent } from '../event-store.port.js';
import { MAX_BYTES_PER_APPEND, MAX_EVENTS_PER_APPEND } from '../event-store.port.js';
import { InvalidAppendError } from '../event-store.errors.js';
import { jsonText, type Walk } from './json-text.js';

/** An append that was checked and turned into text, so that nothing its caller does later changes what is written. */
export interface PreparedAppend {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly ids: readonly string[];
  /** The first event's metadata; an event whose metadata differs carries its own. */
  readonly metadata: string;
  /** A JSON array of `{ id, type, schemaVersion, data, metadata? }`. */
  readonly events: string;
  /** The events themselves, where reading their text gives back the same: no `toJSON` has replaced anything. */
  readonly given?: readonly NewEvent[] | undefined;
}

/** A name must survive every store and every URL as it is: no spaces, nothing invisible, no lone surrogate. */
const STREAM_NAME = /^[^\p{C}\p{Z}]{1,512}$/u;
const LOWER_CASE_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @throws InvalidAppendError when this append could never be written, on any store */
export function prepareAppend(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): PreparedAppend {
  checkPlace(stream, expected);
  if (events.length > MAX_EVENTS_PER_APPEND) {
    throw new InvalidAppendError(`${events.length} events for ${stream}; an append holds at most ${MAX_EVENTS_PER_APPEND}`);
  }
  const walk: Walk = { isVerbatim: true };
  const metadata = metadataTexts(events, stream, walk);
  const data = events.map((event, index) => jsonText(event.data, `data of event ${index} for ${stream}`, walk));
  checkSize(stream, [...data, ...metadata]);
  const texts = events.map((event, index) => {
    checkEvent(event, index, stream);
    return eventText(event, data[index]!, metadata[index] === metadata[0] ? undefined : metadata[index]);
  });
  return { stream, expected, ids: idsOf(events, stream), metadata: metadata[0] ?? '{}', events: `[${texts.join(',')}]`, ...(walk.isVerbatim ? { given: [...events] } : {}) };
}

function checkPlace(stream: string, expected: ExpectedRevision): void {
  if (typeof stream !== 'string' || !STREAM_NAME.test(stream)) {
    throw new InvalidAppendError(`${JSON.stringify(stream)} is no stream name: 1 to 512 visible characters without spaces`);
  }
  if (expected !== 'none' && !(Number.isSafeInteger(expected) && expected >= 0)) {
    throw new InvalidAppendError(`expected revision ${String(expected)} of ${stream}: neither 'none' nor a whole number from 0`);
  }
}

function checkEvent({ id, type, schemaVersion }: NewEvent, index: number, stream: string): void {
  if (typeof id !== 'string' || !LOWER_CASE_UUID.test(id)) {
    throw new InvalidAppendError(`id ${JSON.stringify(id)} of event ${index} for ${stream} is no lower-case UUID`);
  }
  if (typeof type !== 'string' || type === '') throw new InvalidAppendError(`event ${index} for ${stream} has no type`);
  if (!Number.isSafeInteger(schemaVersion) || schemaVersion < 1) {
    throw new InvalidAppendError(`schema version ${String(schemaVersion)} of event ${index} for ${stream} is no whole number from 1`);
  }
}

/** The events of one command share one metadata object: it is turned into text once. */
function metadataTexts(events: readonly NewEvent[], stream: string, walk: Walk): string[] {
  const texts: string[] = [];
  events.forEach((event, index) => {
    const shared = index > 0 && event.metadata === events[index - 1]?.metadata;
    texts.push((shared ? texts[index - 1] : undefined) ?? metadataText(event, index, stream, walk));
  });
  return texts;
}

function metadataText({ metadata }: NewEvent, index: number, stream: string, walk: Walk): string {
  if (typeof metadata !== 'object' || metadata === null) throw new InvalidAppendError(`event ${index} for ${stream} has no metadata`);
  return jsonText(metadata, `metadata of event ${index} for ${stream}`, walk);
}

/** Counts metadata once an event, shared or not: the limit must not depend on how a store lays it out. */
function checkSize(stream: string, texts: readonly string[]): void {
  // A character has three bytes at most, and hardly any append comes near the limit.
  if (texts.reduce((sum, { length }) => sum + 3 * length, 0) <= MAX_BYTES_PER_APPEND) return;
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > MAX_BYTES_PER_APPEND) {
    throw new InvalidAppendError(`${bytes} bytes of JSON for ${stream}; an append holds at most ${MAX_BYTES_PER_APPEND}`);
  }
}

function idsOf(events: readonly NewEvent[], stream: string): readonly string[] {
  const ids = events.map(({ id }) => id);
  if (new Set(ids).size < ids.length) throw new InvalidAppendError(`two events for ${stream} have the same id`);
  return ids;
}

function eventText({ id, type, schemaVersion }: NewEvent, data: string, ownMetadata: string | undefined): string {
  const own = ownMetadata === undefined ? '' : `,"metadata":${ownMetadata}`;
  return `{"id":"${id}","type":${JSON.stringify(type)},"schemaVersion":${schemaVersion},"data":${data}${own}}`;
}
