import type { MovableEventStore } from '../movable-event-store.port.js';
import { StoreUnavailableError } from '../event-store.errors.js';
import { BackOff } from '../log/back-off.js';
import { Connections } from './connections.js';
import { LogEnd } from './log-end.js';
import { inOurWords, isRefusal } from './postgres.errors.js';
import { postgresAddress } from './postgres-address.js';
import { PostgresEventStore } from './postgres.event-store.js';
import { PostgresLog } from './postgres-log.js';
import { provideTable } from './schema.js';

/** Rare outliers of a healthy database on a busy machine take up to 2 s: nothing may give up below that. */
const ANSWER_MS = 3_000;
const PATIENCE_MS = 4_000;

export interface PostgresEventStoreOptions {
  /** `postgres://USER:PASSWORD@HOST/DATABASE?sslmode=…&schema=…`, also with several hosts. No log and no error repeats it. */
  readonly url: string;
  /** Ends the waiting for a database that is not there yet. */
  readonly signal?: AbortSignal;
  /** Told once, in a sentence for people, when the database is not there yet and this process waits for it. */
  readonly onWaiting?: (sentence: string) => void;
  /** The longest that one call to the database may take. */
  readonly answerMs?: number;
  /** How long a read or an append is tried again before it is answered with "unavailable". */
  readonly patienceMs?: number;
}

/**
 * Opens the log in its schema, which is made when it is not there. Several servers may have it open; nothing is locked between
 * transactions.
 *
 * @throws ForeignDatabaseError when what is there is something else, or was written by a later version
 * @throws StoreUnavailableError when the database answers, and refuses (password, rights, no such database)
 * @throws the signal's reason when it aborts
 */
export async function openPostgresEventStore(options: PostgresEventStoreOptions): Promise<MovableEventStore> {
  const { url, answerMs = ANSWER_MS, patienceMs = PATIENCE_MS, onWaiting } = options;
  const address = postgresAddress(url);
  const { schema } = address;
  const connections = new Connections(address, answerMs);
  const backOff = new BackOff();
  for (let told = false; ; told = true) {
    options.signal?.throwIfAborted();
    const waitFor = await tryToProvide(connections, schema);
    if (waitFor === undefined) return new PostgresEventStore(connections, { log: new PostgresLog(schema), schema, channel: `kiroku_${schema}`, end: new LogEnd() }, patienceMs);
    if (!told) onWaiting?.(`the log cannot be had yet; waiting: ${waitFor}`);
    await backOff.pause(options.signal);
  }
}

/** Answers what to wait for, or undefined when the table is there. */
async function tryToProvide(connections: Connections, schema: string): Promise<string | undefined> {
  try {
    const connection = await connections.connect();
    await provideTable(connection, schema);
    await connection.end();
    return undefined;
  } catch (error) {
    const told = inOurWords(error, connections.told);
    if (isRefusal(error) || !(told instanceof StoreUnavailableError)) {
      await connections.close();
      throw told;
    }
    return told.message;
  }
}
