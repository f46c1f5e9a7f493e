import type { MovableEventStore } from './movable-event-store.port.js';

/** What opening may need to say or hear, whatever the kind of the store. */
export interface OpeningOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Told once, in a sentence for people, when the log cannot be had yet and this process waits for it. */
  readonly onWaiting?: (sentence: string) => void;
}

/**
 * The one choice of a store: `sqlite:FILE`, `postgres://…`, `kurrentdb://…` (and their other names). An adapter and its driver
 * are loaded only when they are chosen.
 *
 * @throws what the adapter's own opening throws; an Error that names the scheme when there is no such store
 */
export async function openStore(url: string, options: OpeningOptions = {}): Promise<MovableEventStore> {
  const scheme = url.slice(0, Math.max(0, url.indexOf(':')));
  switch (scheme) {
    case 'sqlite': {
      const { openSqliteEventStore } = await import('./sqlite/open-sqlite-event-store.js');
      return openSqliteEventStore({ ...options, file: url.slice('sqlite:'.length) });
    }
    case 'postgres':
    case 'postgresql': {
      const { openPostgresEventStore } = await import('./postgres/open-postgres-event-store.js');
      return openPostgresEventStore({ ...options, url });
    }
    case 'kurrentdb':
    case 'kurrentdb+discover':
    case 'esdb':
    case 'esdb+discover': {
      const { openKurrentDbEventStore } = await import('./kurrentdb/open-kurrentdb-event-store.js');
      return openKurrentDbEventStore({ ...options, url });
    }
    default:
      // Never the whole: it may hold a password.
      throw new Error(`there is no kind of store called "${scheme}"`);
  }
}
