import { setTimeout } from 'node:timers/promises';
import type { MovableEventStore } from '../movable-event-store.port.js';
import { CorruptLogError } from '../event-store.errors.js';
import type { OpenDriver, SqliteDriver } from './driver.js';
import { openBetterSqlite3 } from './driver.js';
import { provideLogFile } from './log-file.js';
import { takeLog } from './schema.js';
import { SqliteEventStore } from './sqlite.event-store.js';
import { SqliteLog } from './sqlite-log.js';
import { ForeignLogError, inOurWords, isBusy } from './sqlite.errors.js';

/** A standby takes over at most this long after the lock was released. */
const RETRY_MS = 200;

export interface SqliteEventStoreOptions {
  /** The log; it and its directory are made when they are not there. */
  readonly file: string;
  /** Ends the waiting for another process's lock. */
  readonly signal?: AbortSignal;
  /** Told once, in a sentence for people, when another process holds the log and this one waits. */
  readonly onWaiting?: (sentence: string) => void;
  /** Another SQLite library, or one that fails on purpose. */
  readonly openDriver?: OpenDriver;
}

/**
 * Opens the log and keeps it locked until `close()` or the end of the process. While another process has it, this one is a
 * standby: it waits, touches nothing, and takes over.
 *
 * @throws NetworkFileSystemError when the file would lie on another machine
 * @throws ForeignLogError when the file is something else, or was written by a later version
 * @throws CorruptLogError when the file is damaged
 * @throws StoreUnavailableError when it cannot be opened for another reason (permissions, a full disk)
 * @throws the signal's reason when it aborts
 */
export async function openSqliteEventStore(options: SqliteEventStoreOptions): Promise<MovableEventStore> {
  const { file, signal, onWaiting, openDriver = openBetterSqlite3 } = options;
  for (let told = false; ; told = true) {
    signal?.throwIfAborted();
    const driver = await tryToTake(file, openDriver);
    if (driver !== undefined) return new SqliteEventStore(new SqliteLog(driver));
    if (!told) onWaiting?.(`another process has ${file}; waiting to take over when it ends`);
    await pause(signal);
  }
}

/** Undefined while somebody else has the lock. */
async function tryToTake(file: string, openDriver: OpenDriver): Promise<SqliteDriver | undefined> {
  let driver: SqliteDriver | undefined;
  try {
    await provideLogFile(file);
    driver = openDriver(file);
    takeLog(driver);
    return driver;
  } catch (error) {
    driver?.close();
    if (isBusy(error)) return undefined;
    throw named(file, error);
  }
}

/** Says which file it is about. */
function named(file: string, error: unknown): Error {
  const told = inOurWords(error, 'it cannot be opened');
  if (told instanceof ForeignLogError || told instanceof CorruptLogError) told.message = `${file} is refused: ${told.message}`;
  else if (told !== error) told.message = `${file}: ${told.message}`;
  return told;
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  try {
    await setTimeout(RETRY_MS, undefined, signal && { signal });
  } catch {
    signal?.throwIfAborted();
  }
}
