import type { Appended, ExpectedRevision, NewEvent, Position, ReadFilter, RecordedEvent } from '../event-store.port.js';
import { StoreUnavailableError } from '../event-store.errors.js';
import { CommitSignal } from '../log/commit-signal.js';
import type { LogSource } from '../log/log-source.js';
import { prepareAppend } from '../log/prepared-append.js';
import { readAppends } from '../log/read-appends.js';
import { RecentAppends } from '../log/recent-appends.js';
import { readAll, readStream, subscribe } from '../log/reading.js';
import type { MovableEventStore, PlannedAppend, RecordedAppend } from '../movable-event-store.port.js';
import { Checkpointer } from './checkpointer.js';
import { GroupWriter } from './group-writer.js';
import type { SqliteLog } from './sqlite-log.js';
import { inOurWords } from './sqlite.errors.js';

/** The embedded log: one file that this process has to itself. Made by `openSqliteEventStore`. */
export class SqliteEventStore implements MovableEventStore {
  /** The lock on the file keeps everybody else out. */
  readonly presence = undefined;
  private readonly commits = new CommitSignal();
  private readonly recent = new RecentAppends();
  private readonly checkpointer: Checkpointer;
  private readonly writer: GroupWriter;
  private readonly source: LogSource;
  private closing: Promise<void> | undefined;

  constructor(private readonly log: SqliteLog) {
    this.checkpointer = new Checkpointer(() => log.checkpoint());
    this.writer = new GroupWriter(log, (written) => {
      this.recent.add(written);
      this.commits.announce();
      this.checkpointer.written(written.length);
    });
    this.source = {
      startOf: (position) => this.ask(() => log.startOf(position)),
      page: (from, limit, prefixes) => this.ask(() => this.recent.page(from, limit, prefixes) ?? log.page(from, limit, prefixes)),
      streamStartOf: (stream, revision) => this.ask(() => log.streamStartOf(stream, revision)),
      streamPage: (stream, from, limit) => this.ask(() => log.streamPage(stream, from, limit)),
    };
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<Appended> {
    const prepared = prepareAppend(stream, expected, events);
    this.requireOpen();
    return this.writer.append(prepared);
  }

  read(stream: string, from = 0): AsyncIterable<RecordedEvent> {
    return readStream(this.source, stream, from);
  }

  readAll(after?: Position, filter?: ReadFilter): AsyncIterable<readonly RecordedEvent[]> {
    return readAll(this.source, after, filter);
  }

  readAppends(): AsyncIterable<readonly RecordedAppend[]> {
    return readAppends(this.source);
  }

  /** Asked for in one turn of the event loop, they are one transaction. */
  async appendInOrder(appends: readonly PlannedAppend[]): Promise<readonly Appended[]> {
    const prepared = appends.map(({ stream, expected, events }) => prepareAppend(stream, expected, events));
    this.requireOpen();
    return Promise.all(prepared.map((append) => this.writer.append(append)));
  }

  subscribe(after?: Position, options: { readonly filter?: ReadFilter; readonly signal?: AbortSignal } = {}): AsyncIterable<readonly RecordedEvent[]> {
    const { filter, signal } = options;
    return subscribe(this.source, { after, filter, signal, commits: this.commits, isClosed: () => this.closing !== undefined });
  }

  async head(): Promise<Position | undefined> {
    const head = this.ask(() => this.log.head());
    return head === 0 ? undefined : BigInt(head);
  }

  close(): Promise<void> {
    return this.closing ??= this.finish();
  }

  private async finish(): Promise<void> {
    await this.writer.idle();
    this.checkpointer.stop();
    this.commits.announce();
    this.log.close();
  }

  private requireOpen(): void {
    if (this.closing !== undefined) throw new StoreUnavailableError('the event store is closed');
  }

  /** A read happens between transactions, never inside one, so that nobody sees what is not durable. */
  private ask<Answer>(question: () => Answer): Answer {
    this.requireOpen();
    try {
      this.log.endTransaction();
      return question();
    } catch (error) {
      throw inOurWords(error, 'the log cannot be read');
    }
  }
}
