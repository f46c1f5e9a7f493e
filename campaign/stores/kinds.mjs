// The kinds of stores that a campaign knows, and what each of them can be asked for.

const sqlite = {
  name: 'sqlite', mostServers: 1, isGapless: true,
  /** A copy of the log can be put back. */ canGoBack: true,
  /** There is a database that the campaign itself has started, for it to strike. */ hasDatabase: false,
  /** Servers reach their log over a network. */ hasNetwork: false,
  open: async () => new (await import('./sqlite.mjs')).SqliteLogs(),
};

const postgres = {
  name: 'postgres', mostServers: 9, isGapless: true, canGoBack: true, hasDatabase: true, hasNetwork: true,
  open: async () => (await import('./postgres.mjs')).PostgresLogs.open(),
};

/** Its nodes are somebody else's: nothing here knows how to start or copy them. */
const kurrentdb = {
  name: 'kurrentdb', mostServers: 9, isGapless: false, canGoBack: false, hasDatabase: false, hasNetwork: true,
  open: async () => new (await import('./kurrentdb.mjs')).KurrentDbLogs(process.env.KURRENTDB_URL),
};

export const STORES = { sqlite, postgres, kurrentdb };

/** @returns whether a step or a fault that says what it `needs` can be had with these servers on this store */
export function canBeHad({ stores, needs = [] }, { store, servers }) {
  if (stores !== undefined && !stores.includes(store)) return false;
  return needs.every((need) => (need === 'servers' ? servers > 1 : STORES[store][need]));
}
