import type { Appended, ExpectedRevision, NewEvent, Position, Presence, ReadFilter, RecordedEvent } from './event-store.port.js';
import { StoreUnavailableError } from './event-store.errors.js';
import { appendOneByOne } from './log/append-one-by-one.js';
import { judge, lastPlaceOf } from './log/append-rule.js';
import { CommitSignal } from './log/commit-signal.js';
import type { LogSource } from './log/log-source.js';
import type { PreparedAppend } from './log/prepared-append.js';
import { prepareAppend } from './log/prepared-append.js';
import { readAppends } from './log/read-appends.js';
import { readAll, readStream, subscribe } from './log/reading.js';
import type { StoredAppend } from './log/stored-append.js';
import type { MovableEventStore, PlannedAppend, RecordedAppend } from './movable-event-store.port.js';

/** A log for tests, gone with the process. It keeps JSON, so that what is read is what a real store would give back. */
export class InMemoryEventStore implements MovableEventStore {
  private readonly log = new InMemoryLog();
  private readonly commits = new CommitSignal();
  readonly presence: Presence | undefined;
  private closed = false;

  /** @param presence where several servers of one test share it */
  constructor(presence?: Presence) {
    this.presence = presence;
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    const prepared = prepareAppend(stream, expected, events);
    this.requireOpen();
    const verdict = judge(prepared, this.log.headOf(stream), (revision) => this.log.appendAt(stream, revision));
    if (!verdict.write) return verdict.already;
    const stored = this.log.add(prepared, verdict.revision);
    this.commits.announce();
    return lastPlaceOf(stored);
  }

  read(stream: string, from = 0): AsyncIterable<RecordedEvent> {
    return readStream(this.source(), stream, from);
  }

  readAll(after?: Position, filter?: ReadFilter): AsyncIterable<readonly RecordedEvent[]> {
    return readAll(this.source(), after, filter);
  }

  readAppends(): AsyncIterable<readonly RecordedAppend[]> {
    return readAppends(this.source());
  }

  appendInOrder(appends: readonly PlannedAppend[]): Promise<readonly Appended[]> {
    return appendOneByOne(this, appends);
  }

  subscribe(after?: Position, options: { readonly filter?: ReadFilter; readonly signal?: AbortSignal } = {}): AsyncIterable<readonly RecordedEvent[]> {
    const { filter, signal } = options;
    return subscribe(this.log, { after, filter, signal, commits: this.commits, isClosed: () => this.closed });
  }

  async head(): Promise<Position | undefined> {
    this.requireOpen();
    return this.log.head === 0 ? undefined : BigInt(this.log.head);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.commits.announce();
  }

  private requireOpen(): void {
    if (this.closed) throw new StoreUnavailableError('the event store is closed');
  }

  /** Every page is asked for through here, so that a read after close() is refused as in every other store. */
  private source(): LogSource {
    const open = (): InMemoryLog => {
      this.requireOpen();
      return this.log;
    };
    return {
      startOf: (position) => open().startOf(position),
      page: (from, limit, prefixes) => open().page(from, limit, prefixes),
      streamStartOf: (stream, revision) => open().streamStartOf(stream, revision),
      streamPage: (stream, from, limit) => open().streamPage(stream, from, limit),
    };
  }
}

class InMemoryLog implements LogSource {
  private readonly appends: StoredAppend[] = [];
  private readonly streams = new Map<string, StoredAppend[]>();
  head = 0;

  add({ stream, ids, metadata, events }: PreparedAppend, revision: number): StoredAppend {
    const stored = { position: this.head + 1, count: ids.length, stream, revision, metadata, events };
    this.appends.push(stored);
    const own = this.streams.get(stream);
    if (own === undefined) this.streams.set(stream, [stored]);
    else own.push(stored);
    this.head += stored.count;
    return stored;
  }

  headOf(stream: string): { readonly revision: number; readonly position: number } | undefined {
    const last = this.streams.get(stream)?.at(-1);
    return last && { revision: last.revision + last.count - 1, position: last.position + last.count - 1 };
  }

  appendAt(stream: string, revision: number): StoredAppend | undefined {
    const own = this.streams.get(stream) ?? [];
    const found = own[lastUpTo(own, ({ revision: first }) => first, revision)];
    return found?.revision === revision ? found : undefined;
  }

  startOf(position: number): number {
    return this.appends[lastUpTo(this.appends, ({ position: first }) => first, position)]?.position ?? 1;
  }

  page(from: number, limit: number, prefixes: readonly string[] | undefined): readonly StoredAppend[] {
    const start = lastUpTo(this.appends, ({ position }) => position, from - 1) + 1;
    const page = this.appends.slice(start, start + limit);
    if (prefixes === undefined) return page;
    return page.map((append) => prefixes.some((prefix) => append.stream.startsWith(prefix)) ? append : { ...append, events: null });
  }

  streamStartOf(stream: string, revision: number): number | undefined {
    const own = this.streams.get(stream);
    return own && (own[lastUpTo(own, ({ revision: first }) => first, revision)]?.revision ?? 0);
  }

  streamPage(stream: string, from: number, limit: number): readonly StoredAppend[] {
    const own = this.streams.get(stream) ?? [];
    const start = lastUpTo(own, ({ revision }) => revision, from - 1) + 1;
    return own.slice(start, start + limit);
  }
}

/** The index of the last element whose key is at most `limit`, or -1. Keys ascend. */
function lastUpTo<Element>(elements: readonly Element[], keyOf: (element: Element) => number, limit: number): number {
  let low = 0;
  let high = elements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyOf(elements[middle]!) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
