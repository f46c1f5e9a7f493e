// The events in a log file that no process has open, as the export tells them. It is read in a copy, because SQLite tidies up what it opens.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Only the log, over whatever log is there. */
export function copyLog(from, to) {
  mkdirSync(to, { recursive: true });
  execFileSync('sh', ['-c', 'rm -f "$2"/log.db* && cp "$1"/log.db* "$2"/', 'sh', from, to]);
}

export function readLog(directory) {
  const copy = join(directory, '.being-read');
  copyLog(directory, copy);
  const log = new Database(join(copy, 'log.db'));
  const appends = log.prepare('SELECT a.position, a.revision, s.name AS stream, a.metadata, a.events FROM appends a JOIN streams s ON s.id = a.stream ORDER BY a.position').all();
  log.close();
  rmSync(copy, { recursive: true, force: true });
  return appends.flatMap(({ position, revision, stream, metadata, events }) => JSON.parse(events).map(({ metadata: own, ...event }, index) => ({
    position: String(position + index), stream, revision: revision + index, ...event, ...(own ?? JSON.parse(metadata)),
  })));
}
