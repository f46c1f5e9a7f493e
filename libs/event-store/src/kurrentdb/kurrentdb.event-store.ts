import type { Appended, ExpectedRevision, NewEvent, Position, Presence, ReadFilter, RecordedEvent, StoreFigures } from '../event-store.port.js';
import { CorruptLogError, StoreUnavailableError } from '../event-store.errors.js';
import { appendOneByOne } from '../log/append-one-by-one.js';
import { CommitSignal } from '../log/commit-signal.js';
import { PageSize } from '../log/page-size.js';
import { prepareAppend } from '../log/prepared-append.js';
import type { MovableEventStore, PlannedAppend, RecordedAppend } from '../movable-event-store.port.js';
import { AppendWriter } from './append-writer.js';
import { DatabaseCursor } from './database-cursor.js';
import { DatabaseReader } from './database-reader.js';
import { LiveEnd } from './live-end.js';
import { readAppends } from './moving/read-appends.js';
import type { PersistentCaller } from './persistent-caller.js';
import type { RenewableClient } from './renewable-client.js';
import { StreamPresence } from './stream-presence.js';
import { until, waitAtMost } from './waiting.js';

/** After an append of ours the live end has to tell of it within this time: the database takes 7 ms in a hundred cases, and is busy in others. */
const LATE_MS = 1_000;

/** After this long without news the log is read all the same, which finds out whether the database is still there. */
const NO_NEWS_MS = 10_000;

/** Events; a batch of so many waits for no more, and has 499 at most. */
const LARGE_BATCH = 250;

/** Until something is read again whose place in the log cannot be told yet. */
const LOOK_AGAIN_MS = 20;

/** Between two tries to follow a log that cannot be read. */
const OUTAGE_PAUSE_MS = 250;

type Batches = AsyncGenerator<readonly RecordedEvent[], void, void>;

/** A log in a KurrentDB or an EventStoreDB, one node or several. Made by `openKurrentDbEventStore`. */
export class KurrentDbEventStore implements MovableEventStore {
  readonly presence: Presence;
  private readonly commits = new CommitSignal();
  private newest = 0n;
  private readonly closing = new AbortController();
  private readonly reader: DatabaseReader;
  private readonly writer: AppendWriter;
  private closed: Promise<void> | undefined;

  constructor(private readonly clients: RenewableClient, private readonly caller: PersistentCaller, prefix: string) {
    this.reader = new DatabaseReader(caller, prefix);
    this.writer = new AppendWriter(caller, this.reader, prefix);
    this.presence = new StreamPresence(caller, `${prefix.slice(0, -1)}-presence`);
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    const prepared = prepareAppend(stream, expected, events);
    this.requireOpen();
    const appended = await this.writer.append(prepared);
    if (events.length > 0) this.announce(appended);
    return appended;
  }

  async *read(stream: string, from = 0): AsyncGenerator<RecordedEvent, void, void> {
    const size = new PageSize();
    for (let after = from - 1; ;) {
      this.requireOpen();
      const limit = size.appends;
      const page = await this.reader.streamPage(stream, after, limit);
      for (const { event } of page) {
        if (event.revision !== after + 1) throw new CorruptLogError(`${stream} has a gap: revision ${after} is followed by ${event.revision}`);
        after = event.revision;
        yield event;
      }
      if (page.length < limit) return;
      size.learn(page.map(({ event }) => ({ events: JSON.stringify(event.data) })));
    }
  }

  async *readAll(after?: Position, filter?: ReadFilter): Batches {
    const cursor = new DatabaseCursor(this.reader, after, filter);
    for (let more = true; more;) {
      this.requireOpen();
      const step = await cursor.next();
      if (step.batch.length > 0) yield step.batch;
      more = step.more;
    }
  }

  async *readAppends(): AsyncGenerator<readonly RecordedAppend[], void, void> {
    this.requireOpen();
    yield* readAppends(this.reader);
  }

  /** One at a time: an append that is sent again may come behind those that were sent after it. */
  appendInOrder(appends: readonly PlannedAppend[]): Promise<readonly Appended[]> {
    return appendOneByOne(this, appends);
  }

  async *subscribe(after?: Position, options: { readonly filter?: ReadFilter; readonly signal?: AbortSignal } = {}): Batches {
    const ended = new AbortController();
    const end = (): void => ended.abort();
    const signals = [this.closing.signal, ...(options.signal === undefined ? [] : [options.signal])];
    if (signals.some(({ aborted }) => aborted)) return;
    for (const signal of signals) signal.addEventListener('abort', end, { once: true });
    try {
      yield* this.follow(new DatabaseCursor(this.reader, after, options.filter), options.filter, ended.signal);
    } finally {
      for (const signal of signals) signal.removeEventListener('abort', end);
    }
  }

  async head(): Promise<Position | undefined> {
    this.requireOpen();
    return (await this.reader.last())?.event.position;
  }

  get figures(): StoreFigures {
    return { retries: this.caller.retries, renewedClients: this.clients.renewals };
  }

  close(): Promise<void> {
    return this.closed ??= this.finish();
  }

  private async finish(): Promise<void> {
    this.closing.abort();
    await this.writer.idle();
    this.caller.close();
    this.clients.close();
  }

  private announce({ position }: Appended): void {
    if (position > this.newest) this.newest = position;
    this.commits.announce();
  }

  private requireOpen(): void {
    if (this.closed !== undefined) throw new StoreUnavailableError('the event store is closed');
  }

  /** Reads to the end and listens there, again and again, with one cursor. An outage is waited out: what came meanwhile is read afterwards. */
  private async *follow(cursor: DatabaseCursor, filter: ReadFilter | undefined, ended: AbortSignal): Batches {
    while (!ended.aborted) {
      const step = await until(ended, this.stepOf(cursor));
      if (ended.aborted) return;
      if (step === undefined) await this.caller.pause(OUTAGE_PAUSE_MS);
      else if (step.batch.length > 0) yield step.batch;
      if (step?.more === false && !ended.aborted) yield* this.listen(cursor, filter, ended);
    }
  }

  /** Undefined while the log cannot be read. */
  private async stepOf(cursor: DatabaseCursor): Promise<Awaited<ReturnType<DatabaseCursor['next']>> | undefined> {
    try {
      return await cursor.next();
    } catch (error) {
      if (error instanceof StoreUnavailableError) return undefined;
      throw error;
    }
  }

  /** Until the live end breaks, is silent for long, or belongs to a client that was replaced. */
  private async *listen(cursor: DatabaseCursor, filter: ReadFilter | undefined, ended: AbortSignal): Batches {
    if (filter?.streamPrefixes?.length === 0) return this.commits.beyond(Infinity, ended);
    const isAtEnd = cursor.start !== undefined || await cursor.findStart().catch(() => false);
    if (!isAtEnd || cursor.start === undefined) return this.caller.pause(LOOK_AGAIN_MS);
    const client = this.clients.current;
    const release = this.clients.hold(client);
    const prefixes = this.reader.prefixed(filter?.streamPrefixes);
    const liveEnd = new LiveEnd({ client, from: cursor.start, prefixes, onCheckpoint: (position) => cursor.nothingUpTo(position) });
    try {
      while (!ended.aborted && this.clients.isInUse(client)) {
        const seen = this.commits.count;
        const newest = filter === undefined ? this.newest : 0n;
        const batch = cursor.take(liveEnd.take());
        // What was acknowledged here before is part of it: it will have come in a moment.
        while (batch.length > 0 && batch.length < LARGE_BATCH && cursor.isBefore(newest) && !liveEnd.isBroken && await this.hearsSoon(liveEnd, ended)) {
          batch.push(...cursor.take(liveEnd.take()));
        }
        if (batch.length > 0) yield batch;
        else if (liveEnd.isBroken || !await (cursor.isBefore(newest) ? this.hearsSoon(liveEnd, ended) : this.hears(liveEnd, seen, ended))) break;
      }
    } finally {
      liveEnd.close();
      release();
    }
    if (!liveEnd.isBroken || ended.aborted) return;
    cursor.forgetCheckpoint();
    this.clients.renew(client, false);
    await this.caller.pause(OUTAGE_PAUSE_MS);
  }

  /** False when nothing was heard for long, or of an append of ours. */
  private async hears(liveEnd: LiveEnd, seen: number, ended: AbortSignal): Promise<boolean> {
    await waitAtMost(NO_NEWS_MS, ended, (signal) => Promise.race([liveEnd.news(signal), this.commits.beyond(seen, signal)]));
    return liveEnd.hasNews || (this.commits.count > seen && await this.hearsSoon(liveEnd, ended));
  }

  private async hearsSoon(liveEnd: LiveEnd, ended: AbortSignal): Promise<boolean> {
    await waitAtMost(LATE_MS, ended, (signal) => liveEnd.news(signal));
    return !ended.aborted && liveEnd.hasNews;
  }
}
