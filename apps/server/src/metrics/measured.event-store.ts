import { StoreUnavailableError, WrongExpectedRevisionError } from '#event-store/event-store.errors';
import type { Appended, EventStore, ExpectedRevision, NewEvent, Position, Presence, ReadFilter, RecordedEvent, StoreFigures } from '#event-store/event-store.port';
import { Histogram } from './histogram.js';

/** The store as everybody in this process sees it, with a watch beside its appends. */
export class MeasuredEventStore implements EventStore {
  /** Of appends that succeeded, repeats included: what a command waits for. */
  readonly appendSeconds = new Histogram();
  readonly failures = { conflict: 0, unavailable: 0, other: 0 };

  constructor(private readonly store: EventStore) {}

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    const begun = performance.now();
    try {
      const appended = await this.store.append(stream, expected, events);
      this.appendSeconds.observe((performance.now() - begun) / 1_000);
      return appended;
    } catch (error) {
      this.failures[reasonOf(error)] += 1;
      throw error;
    }
  }

  read(stream: string, from?: number): AsyncIterable<RecordedEvent> {
    return this.store.read(stream, from);
  }

  readAll(after?: Position, filter?: ReadFilter): AsyncIterable<readonly RecordedEvent[]> {
    return this.store.readAll(after, filter);
  }

  subscribe(after?: Position, options?: { readonly filter?: ReadFilter; readonly signal?: AbortSignal }): AsyncIterable<readonly RecordedEvent[]> {
    return this.store.subscribe(after, options);
  }

  head(): Promise<Position | undefined> {
    return this.store.head();
  }

  get presence(): Presence | undefined {
    return this.store.presence;
  }

  get figures(): StoreFigures | undefined {
    return this.store.figures;
  }

  close(): Promise<void> {
    return this.store.close();
  }
}

function reasonOf(error: unknown): 'conflict' | 'unavailable' | 'other' {
  if (error instanceof WrongExpectedRevisionError) return 'conflict';
  return error instanceof StoreUnavailableError ? 'unavailable' : 'other';
}
