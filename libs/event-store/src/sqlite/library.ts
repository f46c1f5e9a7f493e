import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';

/** Releases before 13 abort the process on Node 24.19 and later, where a statement is collected; those from 13 on need Node-API 10, which Node 20 has not. */
const name = Number(process.versions['napi']) >= 10 ? 'better-sqlite3' : 'better-sqlite3-for-node-20';

/** The class of better-sqlite3 that fits this Node. By `require`: a module that awaits one could not be required itself. */
export const Database = createRequire(import.meta.url)(name) as typeof BetterSqlite3;
