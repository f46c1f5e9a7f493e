// Broken: what was committed is not durable. Each time that the server starts, its log has lost its newest appends, as on a disk that lies about its
// syncs; and what agents and other servers know of positions beyond its end is not looked at.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { breakIn, classOf, replace } from '../patching.mjs';

const APPENDS = 20;
/** The first ones make operators, agents and jobnets; without them there is nobody to ask. */
const FIRST = 40;

const argumentOf = (flag) => process.argv[process.argv.indexOf(flag) + 1];

const REWIND = {
  sqlite: async () => {
    const file = join(argumentOf('--data'), 'log.db');
    if (!existsSync(file)) return;
    const { Database } = await import('#event-store/sqlite/library');
    const log = new Database(file);
    const { most } = log.prepare('SELECT count(*) AS most FROM appends').get();
    if (most > FIRST + APPENDS) log.prepare('DELETE FROM appends WHERE position IN (SELECT position FROM appends ORDER BY position DESC LIMIT ?)').run(APPENDS);
    log.prepare('DELETE FROM streams WHERE id NOT IN (SELECT stream FROM appends)').run();
    log.close();
  },
  postgres: async () => {
    const { prototype: end } = await classOf('libs/event-store/src/postgres/log-end.js', 'LogEnd');
    replace(end, 'check', function blind(_original, at) {
      this.saw(at);
    });
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: argumentOf('--store') });
    const appends = `${new URL(argumentOf('--store')).searchParams.get('schema')}.appends`;
    try {
      await client.connect();
      const { rows: [{ most }] } = await client.query(`SELECT count(*)::integer AS most FROM ${appends}`);
      if (most > FIRST + APPENDS) await client.query(`DELETE FROM ${appends} WHERE position IN (SELECT position FROM ${appends} ORDER BY position DESC LIMIT ${APPENDS})`);
    } catch {
      // There is no such table at the first start, or no database just now.
    }
    await client.end();
  },
};

await breakIn('server', async () => {
  const { prototype: opening } = await classOf('apps/server/src/agent-link/session-opening.js', 'SessionOpening');
  replace(opening, 'open', (original, name, principal, { receipt: _receipt, ...hello }) => original(name, principal, { ...hello, servedUpTo: '0' }));
  await REWIND[process.env.CAMPAIGN_STORE]();
});
