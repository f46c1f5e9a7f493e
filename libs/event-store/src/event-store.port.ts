import type { EventMetadata } from '#events/vocabulary';

/** The place of an event in the whole log: a total order, opaque, comparable; a decimal string in JSON. */
export type Position = bigint;

/** Where a stream is expected to stand: its last revision (0-based), or `none` for a stream without events. */
export type ExpectedRevision = number | 'none';

/** An event on its way into the log. Its id is a lower-case UUID that the caller derives from the cause. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
  readonly metadata: EventMetadata;
}

/** An event as it stands in the log. */
export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  /** 0 for the first event of its stream, then one more each. */
  readonly revision: number;
  readonly position: Position;
}

/** Where the last event of an append stands. */
export interface Appended {
  readonly revision: number;
  readonly position: Position;
}

/** Narrows a read of the whole log. Every given field must match; a field matches when one of its values does. */
export interface ReadFilter {
  /** Prefixes of stream names: `['run-']`. */
  readonly streamPrefixes?: readonly string[];
  readonly types?: readonly string[];
}

/**
 * What the processes that have a log open say of themselves now. It is no part of the log: nothing follows from it before somebody has put it on
 * record, and it is gone when nobody says it any more.
 */
export interface Presence {
  /**
   * Takes the place of what was said under this key before.
   *
   * @param key 1 to 100 letters, digits, `.`, `_` and `-`
   * @param text at most 4 KiB, without NUL
   * @throws StoreUnavailableError, and InvalidAppendError when key or text are at fault
   */
  say(key: string, text: string): Promise<void>;

  /** By key, what was said last by whoever has said anything within the last minute, and possibly older things. @throws StoreUnavailableError */
  heard(): Promise<ReadonlyMap<string, string>>;
}

/** What an adapter counts since it was opened; what it has nothing to say of is left out. */
export interface StoreFigures {
  /** Calls to the database that were made once more, because nobody knew what became of them. */
  readonly retries: number;
  /** Clients of the database that were replaced. */
  readonly renewedClients?: number;
}

/** At most this many events an append, on every store. */
export const MAX_EVENTS_PER_APPEND = 500;

/** At most this many bytes of JSON an append (data and metadata of all its events), on every store. */
export const MAX_BYTES_PER_APPEND = 512 * 1024;

/**
 * The one port to the log. Adapters differ in where the bytes lie, in nothing else: one contract suite runs against all.
 *
 * Everything that reads fails with CorruptLogError at a gap or at something unreadable, and with StoreUnavailableError when
 * the log cannot be read now (or is closed).
 */
export interface EventStore {
  /**
   * Appends all events or none, and resolves when they are durable. A repeat (the same ids at the same expected revision,
   * also after later appends) succeeds without writing and answers the original place. An empty list answers where the
   * stream stands, if that is as expected, without writing; a stream without events stands at revision -1, position 0.
   * The events are the store's from here on: it may freeze their data and metadata and give them to readers as they are.
   *
   * @throws WrongExpectedRevisionError when the stream stands elsewhere: decide again on what is there
   * @throws StoreUnavailableError when the log cannot be written now: nothing, or an append that a repeat will find, was written
   * @throws InvalidAppendError when the append itself is at fault (limits, an id that is no lower-case UUID, data that is no JSON)
   * @throws CorruptLogError when what it must be compared with cannot be read
   */
  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended>;

  /** The events of a stream, oldest first, beginning with revision `from` (0). A stream without events yields nothing. */
  read(stream: string, from?: number): AsyncIterable<RecordedEvent>;

  /**
   * The events after a position (exclusive; from the beginning without one), in log order, in batches of at most 500, up to
   * where the log ends when the last batch is asked for. Batches are never empty.
   */
  readAll(after?: Position, filter?: ReadFilter): AsyncIterable<readonly RecordedEvent[]>;

  /**
   * As `readAll`, and goes on with what is appended, without gap or double, until `signal` aborts (then it ends without an
   * error). The consumer pulls: a slow one slows nobody, and what it has not asked for lies in the log, not in memory.
   */
  subscribe(after?: Position, options?: { readonly filter?: ReadFilter; readonly signal?: AbortSignal }): AsyncIterable<readonly RecordedEvent[]>;

  /** The position of the last event in the log, or undefined for an empty one. Read from the log, not from a cache that may lag. */
  head(): Promise<Position | undefined>;

  /** Undefined where no other process can have the log open: all that is appended comes through this store. */
  readonly presence: Presence | undefined;

  /** For those who watch; undefined where there is no database that could be away. */
  readonly figures?: StoreFigures | undefined;

  /** Lets appends under way finish, refuses new ones, ends subscriptions, and closes. May be called twice. */
  close(): Promise<void>;
}
