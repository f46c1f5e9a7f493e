import type BetterSqlite3 from 'better-sqlite3';
import { Database } from './library.js';

/** What a column holds here: positions stay far below 2^53. */
export type Value = number | string | null;
export type Row = readonly Value[];

/**
 * All that this adapter knows of a SQLite library. Every call is synchronous; rows are arrays, which is what replay lives on.
 * A failure is an error with SQLite's own name of it as `code` (`SQLITE_FULL`).
 */
export interface SqliteDriver {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  readonly inTransaction: boolean;
  close(): void;
}

export interface SqliteStatement {
  run(...values: Value[]): { readonly lastInsertRowid: number };
  get(...values: Value[]): Row | undefined;
  all(...values: Value[]): readonly Row[];
}

export type OpenDriver = (file: string) => SqliteDriver;

/** Waits for no lock inside SQLite (`timeout: 0`): that would hold up the event loop. */
export function openBetterSqlite3(file: string): SqliteDriver {
  const database = new Database(file, { timeout: 0, fileMustExist: true });
  return {
    exec: (sql) => void database.exec(sql),
    prepare: (sql) => statementOf(database.prepare(sql)),
    get inTransaction() {
      return database.inTransaction;
    },
    close: () => void database.close(),
  };
}

function statementOf(prepared: BetterSqlite3.Statement): SqliteStatement {
  const statement = prepared.reader ? prepared.raw() : prepared;
  return {
    run: (...values) => ({ lastInsertRowid: Number(statement.run(...values).lastInsertRowid) }),
    get: (...values) => statement.get(...values) as Row | undefined,
    all: (...values) => statement.all(...values) as Row[],
  };
}
