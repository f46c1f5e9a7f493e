import { openSqliteEventStore } from '../src/sqlite/open-sqlite-event-store.js';
import { ALONE, eventStoreContract } from './event-store.contract.js';
import { temporaryLog } from '../test-support/temporary-log.js';

const file = temporaryLog();

eventStoreContract('SQLite', () => openSqliteEventStore({ file: file() }), ALONE);
