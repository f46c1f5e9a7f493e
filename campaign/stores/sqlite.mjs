// A log in a file beside the server's tokens. No process has it open when it is copied, put back or read here; it is read in a copy, because SQLite
// tidies up what it opens.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '#event-store/sqlite/library';
import { eventsOfRows } from './events-of-rows.mjs';

export class SqliteLogs {
  newLog() {
    return new SqliteLog();
  }

  async close() {}
}

class SqliteLog {
  /** @param data the directory of the one server */
  lieIn(data, spare) {
    Object.assign(this, { data, copy: join(spare, 'log-copy') });
  }

  /** Its server finds it by itself. */
  argsFor() {
    return [];
  }

  async keepCopy() {
    copyLog(this.data, this.copy);
  }

  /** Only the log, over whatever log is there. */
  async putBack() {
    copyLog(this.copy, this.data);
  }

  async read() {
    return readLog(this.data);
  }

  async readCopy() {
    return readLog(this.copy);
  }

  /** It lies in the directory of the round. */
  async keepIn() {}

  async drop() {}
}

function copyLog(from, to) {
  mkdirSync(to, { recursive: true });
  execFileSync('sh', ['-c', 'rm -f "$2"/log.db* && cp "$1"/log.db* "$2"/', 'sh', from, to]);
}

function readLog(directory) {
  const copy = join(directory, '.being-read');
  copyLog(directory, copy);
  const log = new Database(join(copy, 'log.db'));
  const appends = log.prepare('SELECT a.position, a.revision, s.name AS stream, a.metadata, a.events FROM appends a JOIN streams s ON s.id = a.stream ORDER BY a.position').all();
  log.close();
  rmSync(copy, { recursive: true, force: true });
  return eventsOfRows(appends);
}
