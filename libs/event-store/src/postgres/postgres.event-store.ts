import type { Appended, ExpectedRevision, NewEvent, Position, Presence, ReadFilter, RecordedEvent, StoreFigures } from '../event-store.port.js';
import { type CorruptLogError, StoreUnavailableError } from '../event-store.errors.js';
import { CommitSignal } from '../log/commit-signal.js';
import type { LogSource } from '../log/log-source.js';
import { prepareAppend } from '../log/prepared-append.js';
import { readAppends } from '../log/read-appends.js';
import { RecentAppends } from '../log/recent-appends.js';
import { readAll, readStream, subscribe } from '../log/reading.js';
import { BackOff } from '../log/back-off.js';
import type { MovableEventStore, PlannedAppend, RecordedAppend } from '../movable-event-store.port.js';
import type { Connection } from './connection.js';
import type { Connections } from './connections.js';
import type { GroupResult, LogInSchema } from './group-transaction.js';
import { GroupWriter } from './group-writer.js';
import { Listener } from './listener.js';
import { TablePresence } from './table-presence.js';

/** A log in a database that several servers share. Made by `openPostgresEventStore`. */
export class PostgresEventStore implements MovableEventStore {
  readonly presence: Presence;
  private readonly commits = new CommitSignal();
  private readonly recent = new RecentAppends();
  /** Where the log ended after the newest of ours; what others have appended since is not known here. */
  private end: number | undefined;
  /** What is read from now on would not fit what was read before. */
  private damage: CorruptLogError | undefined;
  private readonly writer: GroupWriter;
  private readonly listener: Listener;
  private closing: Promise<void> | undefined;
  private asksRepeated = 0;

  constructor(private readonly connections: Connections, private readonly place: LogInSchema, private readonly patienceMs: number) {
    this.presence = new TablePresence(place.schema, (question) => this.ask(0, question));
    this.writer = new GroupWriter({
      connections, place, patienceMs,
      onCommit: (result) => this.committed(result),
      onUnknown: () => this.news(),
    });
    this.listener = new Listener({ connections, place, isOwn: (processId) => processId === this.writer.processId, onNews: () => this.news(), onDamage: (error) => this.damaged(error) });
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    const prepared = prepareAppend(stream, expected, events);
    this.requireOpen();
    return this.writer.append(prepared);
  }

  read(stream: string, from = 0): AsyncIterable<RecordedEvent> {
    return readStream(this.source(this.patienceMs), stream, from);
  }

  readAll(after?: Position, filter?: ReadFilter): AsyncIterable<readonly RecordedEvent[]> {
    return readAll(this.source(this.patienceMs), after, filter);
  }

  readAppends(): AsyncIterable<readonly RecordedAppend[]> {
    return readAppends(this.source(this.patienceMs));
  }

  /** One transaction: asked for in one turn of the event loop, and given up together, because they are of one age. */
  async appendInOrder(appends: readonly PlannedAppend[]): Promise<readonly Appended[]> {
    const prepared = appends.map(({ stream, expected, events }) => prepareAppend(stream, expected, events));
    this.requireOpen();
    const since = performance.now();
    return Promise.all(prepared.map((append) => this.writer.append(append, since)));
  }

  /** Served from what this process has just written where that is the end of the log, else from the database. */
  subscribe(after?: Position, options: { readonly filter?: ReadFilter; readonly signal?: AbortSignal } = {}): AsyncIterable<readonly RecordedEvent[]> {
    const { filter, signal } = options;
    this.listener.start();
    const source = this.source(0);
    const following: LogSource = { ...source, page: (from, limit, prefixes) => this.recent.page(from, limit, prefixes) ?? source.page(from, limit, prefixes) };
    const backOff = new BackOff();
    return subscribe(following, { after, filter, signal, commits: this.commits, isClosed: () => this.closing !== undefined, pause: (stop) => backOff.pause(stop) });
  }

  async head(): Promise<Position | undefined> {
    const head = await this.ask(this.patienceMs, (connection) => this.place.log.head(connection));
    return head === 0 ? undefined : BigInt(head);
  }

  get figures(): StoreFigures {
    return { retries: this.asksRepeated + this.writer.retries };
  }

  close(): Promise<void> {
    return this.closing ??= this.finish();
  }

  private async finish(): Promise<void> {
    this.commits.announce();
    await this.writer.idle();
    const stopped = this.listener.stop();
    await this.connections.close();
    await stopped;
  }

  private committed({ written, before }: GroupResult): void {
    if (this.end !== before) this.recent.clear();
    this.recent.add(written);
    this.end = before + written.reduce((sum, { count }) => sum + count, 0);
    this.place.end.saw(this.end);
    this.commits.announce();
  }

  /** Others may have appended: what is kept here may end before the log does. */
  private news(): void {
    this.recent.clear();
    this.commits.announce();
  }

  /** Who follows the log hears of it, and so does whoever asks. */
  private damaged(error: CorruptLogError): void {
    this.damage = error;
    this.news();
  }

  private source(patienceMs: number): LogSource {
    const { log, end } = this.place;
    return {
      startOf: (position) => this.ask(patienceMs, (connection) => log.startOf(connection, position)),
      page: async (from, limit, prefixes) => {
        const page = await this.ask(patienceMs, (connection) => log.page(connection, from, limit, prefixes));
        for (const { position } of page.slice(-1)) end.saw(position);
        return page;
      },
      streamStartOf: (stream, revision) => this.ask(patienceMs, (connection) => log.streamStartOf(connection, stream, revision)),
      streamPage: (stream, from, limit) => this.ask(patienceMs, (connection) => log.streamPage(connection, stream, from, limit)),
    };
  }

  /** Asked again while the database is away for a moment: a reader need not know of a fail-over. */
  private async ask<Answer>(patienceMs: number, question: (connection: Connection) => Promise<Answer>): Promise<Answer> {
    const since = performance.now();
    const backOff = new BackOff();
    for (;;) {
      this.requireOpen();
      try {
        return await this.connections.read(question);
      } catch (error) {
        if (!(error instanceof StoreUnavailableError) || performance.now() - since >= patienceMs) throw error;
      }
      await backOff.pause();
      this.asksRepeated += 1;
    }
  }

  private requireOpen(): void {
    if (this.closing !== undefined) throw new StoreUnavailableError('the event store is closed');
    if (this.damage !== undefined) throw this.damage;
  }
}
