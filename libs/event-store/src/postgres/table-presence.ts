import type { Presence } from '../event-store.port.js';
import { saying } from '../log/saying.js';
import type { Connection } from './connection.js';

type Ask = <Answer>(question: (connection: Connection) => Promise<Answer>) => Promise<Answer>;

/** A row a key, in a table that writes no WAL: an emptied one is filled again within a moment. Ages are by the database's own clock. */
export class TablePresence implements Presence {
  private readonly table: string;

  constructor(schema: string, private readonly ask: Ask) {
    this.table = `${schema}.presence`;
  }

  async say(key: string, text: string): Promise<void> {
    const values = saying(key, text);
    await this.ask((connection) => connection.ask({
      name: 'kiroku_say',
      text: `WITH silent AS (DELETE FROM ${this.table} WHERE said_at < now() - interval '1 hour' AND key <> $1)
        INSERT INTO ${this.table} VALUES ($1, $2, now()) ON CONFLICT (key) DO UPDATE SET text = excluded.text, said_at = excluded.said_at`,
      values,
    }));
  }

  async heard(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.ask((connection) => connection.ask({ name: 'kiroku_heard', text: `SELECT key, text FROM ${this.table} WHERE said_at > now() - interval '1 minute'`, values: [] }));
    return new Map(rows.map(([key, text]) => [String(key), String(text)]));
  }
}
