import { Database } from '#event-store/sqlite/library';
import { join } from 'node:path';
import type { Deployment } from './deployment.js';

const INSTANT = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g;

/** Makes all that happened lie so many seconds further back. The server has to be down. */
export function ageLog({ data }: Deployment, seconds: number): void {
  const log = new Database(join(data, 'log.db'));
  const earlier = (text: string) => text.replace(INSTANT, (instant) => new Date(Date.parse(instant) - seconds * 1000).toISOString());
  const update = log.prepare('UPDATE appends SET metadata = ?, events = ? WHERE position = ?');
  const rows = log.prepare<[], { position: number; metadata: string; events: string }>('SELECT position, metadata, events FROM appends').all();
  log.transaction(() => {
    for (const { position, metadata, events } of rows) update.run(earlier(metadata), earlier(events), position);
  })();
  log.close();
}

/**
 * Leaves no room within the files of the log: what a checkpoint has copied out of the WAL would be written over before any new byte is needed. The
 * server has to be down.
 */
export function shrinkLog({ data }: Deployment): void {
  const log = new Database(join(data, 'log.db'));
  log.pragma('wal_checkpoint(TRUNCATE)');
  log.close();
}
