// Broken: what was committed is not durable. Each time that the server starts, its log has lost its newest appends, as on a disk that lies about its
// syncs; and what agents know of positions beyond its end is not looked at.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { breakIn, classOf, replace } from './patching.mjs';

const APPENDS = 20;
/** The first ones make operators, agents and jobnets; without them there is nobody to ask. */
const FIRST = 40;

await breakIn('server', async () => {
  const { prototype: opening } = await classOf('apps/server/src/agent-link/session-opening.js', 'SessionOpening');
  replace(opening, 'open', (original, name, principal, { receipt: _receipt, ...hello }) => original(name, principal, { ...hello, servedUpTo: '0' }));
  const file = join(process.argv[process.argv.indexOf('--data') + 1], 'log.db');
  if (!existsSync(file)) return;
  const log = new Database(file);
  const { most } = log.prepare('SELECT count(*) AS most FROM appends').get();
  if (most > FIRST + APPENDS) log.prepare('DELETE FROM appends WHERE position IN (SELECT position FROM appends ORDER BY position DESC LIMIT ?)').run(APPENDS);
  log.prepare('DELETE FROM streams WHERE id NOT IN (SELECT stream FROM appends)').run();
  log.close();
});
