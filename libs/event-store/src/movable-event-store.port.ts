import type { Appended, EventStore, ExpectedRevision, NewEvent, RecordedEvent } from './event-store.port.js';

/** The events that one append has written, at least one, in their order. That a repeat of it is known as one rests on which they are. */
export type RecordedAppend = readonly [RecordedEvent, ...RecordedEvent[]];

/** What `append` takes. */
export interface PlannedAppend {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly NewEvent[];
}

/** So much at most is given to `appendInOrder` at once: less than what a store of ours writes in one transaction. */
export const MOST_IN_ORDER = { appends: 250, events: 2_000, characters: 2 * 1024 * 1024 } as const;

/** What moving a log from one store to another needs beyond the port. No server asks for it. */
export interface MovableEventStore extends EventStore {
  /** The whole log from its beginning, in log order, append by append, in batches that are never empty. Fails as `readAll` does. */
  readAppends(): AsyncIterable<readonly RecordedAppend[]>;

  /**
   * Appends them one behind the other in log order, for whoever appends alone. When it fails, a first part of them is written, or nothing, or all:
   * never a later one without those before it.
   *
   * @param appends at most `MOST_IN_ORDER`, or a single one
   * @throws as `append`, for the first that was not appended
   */
  appendInOrder(appends: readonly PlannedAppend[]): Promise<readonly Appended[]>;
}
