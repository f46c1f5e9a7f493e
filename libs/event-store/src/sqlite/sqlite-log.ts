import type { StreamHead } from '../log/append-rule.js';
import type { LogSource } from '../log/log-source.js';
import type { PreparedAppend } from '../log/prepared-append.js';
import type { StoredAppend } from '../log/stored-append.js';
import type { Row, SqliteDriver, SqliteStatement } from './driver.js';

/** A stream's head and its number in this file. */
export interface SqliteHead extends StreamHead {
  readonly id: number;
}

const COLUMNS = 'a.position, a.count, s.name, a.revision, a.metadata';

/** Every statement on the log, and nothing about when a transaction begins or ends but the words for it. */
export class SqliteLog implements LogSource {
  private readonly statements = new Map<string, SqliteStatement>();

  constructor(private readonly driver: SqliteDriver) {}

  begin(): void {
    this.driver.exec('BEGIN');
  }

  commit(): void {
    this.driver.exec('COMMIT');
  }

  /**
   * After a failure, and before anything else touches the log: SQLite may have rolled back by itself, or may have failed to,
   * and a transaction left open would show readers what was never committed.
   */
  endTransaction(): void {
    if (this.driver.inTransaction) this.driver.exec('ROLLBACK');
  }

  checkpoint(): void {
    this.endTransaction();
    this.driver.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }

  close(): void {
    this.driver.close();
  }

  /** The position of the last event, 0 in an empty log. */
  head(): number {
    return Number(this.get('SELECT position + count - 1 FROM appends ORDER BY position DESC LIMIT 1')?.[0] ?? 0);
  }

  headOf(stream: string): SqliteHead | undefined {
    const row = this.get(`SELECT s.id, a.revision + a.count - 1, a.position + a.count - 1
      FROM streams s JOIN appends a ON a.stream = s.id WHERE s.name = ? ORDER BY a.revision DESC LIMIT 1`, stream);
    return row && { id: Number(row[0]), revision: Number(row[1]), position: Number(row[2]) };
  }

  appendAt(stream: string, revision: number): StoredAppend | undefined {
    const row = this.get(`SELECT ${COLUMNS}, a.events FROM appends a JOIN streams s ON s.id = a.stream
      WHERE a.stream = (SELECT id FROM streams WHERE name = ?) AND a.revision = ?`, stream, revision);
    return row && storedAppend(row);
  }

  addStream(name: string): number {
    return this.statement('INSERT INTO streams (name) VALUES (?)').run(name).lastInsertRowid;
  }

  add(stream: number, revision: number, position: number, { ids, metadata, events }: PreparedAppend): void {
    this.statement('INSERT INTO appends (position, stream, revision, count, metadata, events) VALUES (?, ?, ?, ?, ?, ?)')
      .run(position, stream, revision, ids.length, metadata, events);
  }

  startOf(position: number): number {
    return Number(this.get('SELECT max(position) FROM appends WHERE position <= ?', position)?.[0] ?? 1);
  }

  /** The text of other streams never leaves SQLite; their rows do, because only a row can show that none is missing. */
  page(from: number, limit: number, prefixes: readonly string[] | undefined): readonly StoredAppend[] {
    const wanted = (prefixes ?? []).map(() => 'substr(s.name, 1, length(?)) = ?').join(' OR ');
    const events = prefixes === undefined ? 'a.events' : `CASE WHEN ${wanted || 'FALSE'} THEN a.events END`;
    const values = (prefixes ?? []).flatMap((prefix) => [prefix, prefix]);
    return this.statement(`SELECT ${COLUMNS}, ${events} FROM appends a JOIN streams s ON s.id = a.stream
      WHERE a.position >= ? ORDER BY a.position LIMIT ?`).all(...values, from, limit).map(storedAppend);
  }

  streamStartOf(stream: string, revision: number): number | undefined {
    const row = this.get(`SELECT (SELECT max(revision) FROM appends WHERE stream = s.id AND revision <= ?)
      FROM streams s WHERE s.name = ?`, revision, stream);
    return row && Number(row[0] ?? 0);
  }

  streamPage(stream: string, from: number, limit: number): readonly StoredAppend[] {
    return this.statement(`SELECT ${COLUMNS}, a.events FROM streams s JOIN appends a ON a.stream = s.id
      WHERE s.name = ? AND a.revision >= ? ORDER BY a.revision LIMIT ?`).all(stream, from, limit).map(storedAppend);
  }

  private get(sql: string, ...values: (string | number)[]): Row | undefined {
    return this.statement(sql).get(...values);
  }

  private statement(sql: string): SqliteStatement {
    let statement = this.statements.get(sql);
    if (statement === undefined) this.statements.set(sql, statement = this.driver.prepare(sql));
    return statement;
  }
}

function storedAppend([position, count, stream, revision, metadata, events]: Row): StoredAppend {
  return {
    position: Number(position),
    count: Number(count),
    stream: String(stream),
    revision: Number(revision),
    metadata: String(metadata),
    events: events === null || events === undefined ? null : String(events),
  };
}
