import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '#event-store/sqlite/library';

/** What lies in the log of a server that has stopped. Streams of runs alone are counted; the bytes are those of the whole file. */
export function logFigures(directory) {
  const file = join(directory, 'data', 'log.db');
  const log = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const ofRuns = log.prepare("SELECT count(*) AS appends, sum(a.count) AS events, count(DISTINCT a.stream) AS runs FROM appends a JOIN streams s ON s.id = a.stream WHERE s.name LIKE 'run-%'").get();
    return { ...ofRuns, bytes: statSync(file).size, allEvents: log.prepare('SELECT sum(count) FROM appends').pluck().get() };
  } finally {
    log.close();
  }
}

export function perFlow({ appends, events, runs, bytes }) {
  return { events: events / runs, appends: appends / runs, logBytes: bytes / runs, bytesPerEvent: bytes / events };
}
