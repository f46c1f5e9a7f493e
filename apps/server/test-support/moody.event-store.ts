import { StoreUnavailableError } from '#event-store/event-store.errors';
import type { Appended, EventStore, ExpectedRevision, NewEvent, Position, Presence, ReadFilter, RecordedEvent } from '#event-store/event-store.port';
import { InMemoryEventStore } from '#event-store/in-memory.event-store';

/** What a test has done to the next append, or to every one until it is taken back. */
type Mood = (append: () => Promise<Appended>, stream: string, events: readonly NewEvent[]) => Promise<Appended>;

/** A log in memory that can be told to fail, to hold back appends or what follows the log, and to let somebody else be first. */
export class MoodyEventStore implements EventStore {
  private readonly next: Mood[] = [];
  private mood: Mood | undefined;
  private subscriptionGate: Promise<void> | undefined;
  /** Nothing can be read or written. */
  unavailable = false;
  /** Nobody hears that this one is there. */
  isMute = false;
  /** Every append that was asked for, written or not. */
  readonly asked: { readonly stream: string; readonly events: readonly NewEvent[] }[] = [];

  constructor(readonly log: EventStore = new InMemoryEventStore()) {}

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    this.asked.push({ stream, events });
    this.requireAvailable();
    const write = () => this.log.append(stream, expected, events);
    const mood = this.next.shift() ?? this.mood;
    return mood === undefined ? write() : mood(write, stream, events);
  }

  async *read(stream: string, from?: number): AsyncIterable<RecordedEvent> {
    this.requireAvailable();
    yield* this.log.read(stream, from);
  }

  async *readAll(after?: Position, filter?: ReadFilter): AsyncIterable<readonly RecordedEvent[]> {
    this.requireAvailable();
    yield* this.log.readAll(after, filter);
  }

  async *subscribe(after?: Position, options?: { readonly filter?: ReadFilter; readonly signal?: AbortSignal }): AsyncIterable<readonly RecordedEvent[]> {
    for await (const batch of this.log.subscribe(after, options)) {
      if (this.subscriptionGate !== undefined) await Promise.race([this.subscriptionGate, aborted(options?.signal)]);
      if (options?.signal?.aborted === true) return;
      yield batch;
    }
  }

  get presence(): Presence | undefined {
    const { presence } = this.log;
    return this.isMute && presence !== undefined ? { say: async () => undefined, heard: () => presence.heard() } : presence;
  }

  head(): Promise<Position | undefined> {
    return this.log.head();
  }

  close(): Promise<void> {
    return this.log.close();
  }

  /** The next append writes nothing and fails. */
  failNextAppend(error: Error = new StoreUnavailableError('the disk is full')): void {
    this.next.push(() => Promise.reject(error));
  }

  /** The next append is written, and its acknowledgement lost. */
  loseNextAcknowledgement(): void {
    this.next.push(async (append) => {
      await append();
      throw new StoreUnavailableError('the answer was lost');
    });
  }

  /** Somebody else is first: `intrude` happens between the decision and its append. */
  beforeNextAppend(intrude: () => Promise<unknown>): void {
    this.next.push(async (append) => {
      await intrude();
      return append();
    });
  }

  /** Before every append, until the answer is called. */
  beforeEveryAppend(intrude: (stream: string) => Promise<unknown>): () => void {
    this.mood = async (append, stream) => {
      await intrude(stream);
      return append();
    };
    return () => {
      this.mood = undefined;
    };
  }

  /** Appends whose stream name begins with `prefix` write nothing and fail, until the answer is called. */
  refuseAppends(prefix: string): () => void {
    this.mood = (append, stream) => (stream.startsWith(prefix) ? Promise.reject(new StoreUnavailableError('the disk is full')) : append());
    return () => {
      this.mood = undefined;
    };
  }

  /** Appends whose stream name begins with `prefix` are neither written nor answered until the answer is called. */
  holdAppends(prefix = ''): () => void {
    const gate = new Gate();
    this.mood = async (append, stream) => {
      if (stream.startsWith(prefix)) await gate.opened;
      return append();
    };
    return () => {
      this.mood = undefined;
      gate.open();
    };
  }

  /** Whoever follows the log sees nothing new until the answer is called. */
  holdSubscriptions(): () => void {
    const gate = new Gate();
    this.subscriptionGate = gate.opened;
    return () => {
      this.subscriptionGate = undefined;
      gate.open();
    };
  }

  async events(streamPrefix = ''): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const batch of this.log.readAll(undefined, { streamPrefixes: [streamPrefix] })) events.push(...batch);
    return events;
  }

  async typesOn(streamPrefix: string): Promise<string[]> {
    return (await this.events(streamPrefix)).map(({ type }) => type);
  }

  private requireAvailable(): void {
    if (this.unavailable) throw new StoreUnavailableError('the disk is gone');
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}
