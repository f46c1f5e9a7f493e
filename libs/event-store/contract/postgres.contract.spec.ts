import { openPostgresEventStore } from '../src/postgres/open-postgres-event-store.js';
import { PostgresServer } from '../src/testing/postgres-server.js';
import { eventStoreContract } from './event-store.contract.js';

let database: PostgresServer;
let url: string;
beforeAll(async () => {
  database = await PostgresServer.start();
});
afterAll(() => database.remove());

eventStoreContract('PostgreSQL', () => {
  url = database.freshUrl();
  return openPostgresEventStore({ url });
}, {
  sharedByProcesses: () => url,
  cutOff: async () => {
    await database.kill();
    return () => database.restart();
  },
  freeze: async () => {
    const goOn = database.freeze();
    return async () => goOn();
  },
});
