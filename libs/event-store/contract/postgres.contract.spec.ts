import { openPostgresEventStore } from '../src/postgres/open-postgres-event-store.js';
import { PostgresServer } from '../src/testing/postgres-server.js';
import { eventStoreContract } from './event-store.contract.js';

let database: PostgresServer;
beforeAll(async () => {
  database = await PostgresServer.start();
});
afterAll(() => database.remove());

eventStoreContract('PostgreSQL', () => openPostgresEventStore({ url: database.freshUrl() }));
