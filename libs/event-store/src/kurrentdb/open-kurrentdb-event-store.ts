import type { MovableEventStore } from '../movable-event-store.port.js';
import { StoreUnavailableError } from '../event-store.errors.js';
import { connectionSettings } from './connection-settings.js';
import { KurrentDbEventStore } from './kurrentdb.event-store.js';
import { InvalidStoreUrlError, RefusedByDatabaseError } from './kurrentdb.errors.js';
import type { Patience } from './persistent-caller.js';
import { PersistentCaller } from './persistent-caller.js';
import { RenewableClient } from './renewable-client.js';
import { until } from './waiting.js';

export interface KurrentDbEventStoreOptions {
  /** `kurrentdb://[USER:PASSWORD@]HOST[:PORT][,HOST...][?OPTION=VALUE&...]`; see `connectionSettings`. */
  readonly url: string;
  /** Ends the waiting for a database that is not there. */
  readonly signal?: AbortSignal;
  /** Told once, in a sentence for people, when the database does not answer and this process waits. */
  readonly onWaiting?: (sentence: string) => void;
  readonly patience?: Patience;
}

/** 4 s: above every outlier of a healthy server, and twice into the 12 s, which outlast a frozen leader. */
const PATIENCE: Patience = { answerMs: 4_000, callMs: 12_000 };

/**
 * Opens the log in a KurrentDB or EventStoreDB, and waits for a database that does not answer yet.
 *
 * @throws InvalidStoreUrlError when the URL can never be opened
 * @throws StoreUnavailableError when the database refuses access
 * @throws CorruptLogError when the last event under our prefix is none of ours
 * @throws the signal's reason when it aborts
 */
export async function openKurrentDbEventStore({ url, signal, onWaiting, patience = PATIENCE }: KurrentDbEventStoreOptions): Promise<MovableEventStore> {
  const { clientUrl, seedUrls, prefix, shown } = connectionSettings(url);
  const clients = clientsOf(clientUrl, seedUrls);
  const caller = new PersistentCaller(clients, patience);
  const store = new KurrentDbEventStore(clients, caller, prefix);
  const given = signal ?? new AbortController().signal;
  for (let told = false; ; told = true) {
    try {
      given.throwIfAborted();
      // Also what warms the client up: its first read takes half a second.
      await until(given, store.head());
      given.throwIfAborted();
      return store;
    } catch (error) {
      const isPassing = error instanceof StoreUnavailableError && !(error instanceof RefusedByDatabaseError);
      if (!isPassing) {
        await store.close();
        throw error;
      }
      if (!told) onWaiting?.(`the database at ${shown} does not answer (${error.message}); waiting for it`);
    }
  }
}

function clientsOf(clientUrl: string, seedUrls: readonly string[]): RenewableClient {
  try {
    return new RenewableClient(clientUrl, seedUrls);
  } catch (error) {
    // Its own words may hold the URL; those about files do not.
    const told = (error as Error).message;
    throw new InvalidStoreUrlError(/^(Failed to load certificate|userCertFile must)/.test(told) ? told : 'the client cannot read it');
  }
}
