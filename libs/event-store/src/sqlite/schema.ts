import { CorruptLogError } from '../event-store.errors.js';
import type { SqliteDriver } from './driver.js';
import { ForeignLogError } from './sqlite.errors.js';

/** "Kiro": what `file` and SQLite's header call a log of ours. */
const APPLICATION_ID = 0x4b69726f;

/** Raised when the tables change; a log of a later version is refused. */
const SCHEMA_VERSION = 1;

/**
 * One row an append. Streams have a number of their own because a long random text in an index dirties a page for each append:
 * this layout was worth four times the throughput. `position` is that of the append's first event.
 */
const TABLES = `
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE appends (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL REFERENCES streams (id),
    revision INTEGER NOT NULL,
    count INTEGER NOT NULL,
    metadata TEXT NOT NULL,
    events TEXT NOT NULL,
    UNIQUE (stream, revision)
  ) STRICT;
`;

/**
 * Takes the file for the life of the connection, then makes the tables in a new one or checks an old one. Nothing is read or
 * written before the lock is held. In this locking mode SQLite keeps it after COMMIT, and keeps its WAL index in memory.
 */
export function takeLog(driver: SqliteDriver): void {
  driver.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA page_size = 8192; BEGIN EXCLUSIVE');
  const isNew = numberOf(driver, 'PRAGMA user_version') === 0 && numberOf(driver, 'SELECT count(*) FROM sqlite_schema') === 0;
  if (!isNew) check(driver);
  driver.exec('COMMIT');
  tune(driver);
  if (isNew) create(driver);
}

/** `wal_autocheckpoint` is off because a checkpoint of 30 ms must not sit inside somebody's COMMIT: see the checkpointer. */
function tune(driver: SqliteDriver): void {
  const mode = driver.prepare('PRAGMA journal_mode = WAL').get()?.[0];
  if (mode !== 'wal') throw new ForeignLogError(`SQLite cannot use a write-ahead log here (it says ${String(mode)})`);
  driver.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -65536;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = 67108864;
  `);
}

function create(driver: SqliteDriver): void {
  driver.exec(`BEGIN; ${TABLES} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
}

function check(driver: SqliteDriver): void {
  if (numberOf(driver, 'PRAGMA application_id') !== APPLICATION_ID) {
    throw new ForeignLogError('it is a SQLite file, but no log of Kiroku');
  }
  const version = numberOf(driver, 'PRAGMA user_version');
  if (version > SCHEMA_VERSION) {
    throw new ForeignLogError(`it was written by a later Kiroku (schema ${version}; this one knows up to ${SCHEMA_VERSION})`);
  }
  const tables = numberOf(driver, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('streams', 'appends')");
  if (version !== SCHEMA_VERSION || tables !== 2) throw new CorruptLogError('its tables are not those of a log');
}

function numberOf(driver: SqliteDriver, sql: string): number {
  return Number(driver.prepare(sql).get()?.[0]);
}
