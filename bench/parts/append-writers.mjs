// Writers on the store's port, each waiting for its own append before the next, as the runs of a server do.
import { randomUUID } from 'node:crypto';
import { openSqliteEventStore } from '../../dist/libs/event-store/src/sqlite/open-sqlite-event-store.js';
import { openBetterSqlite3 } from '../../dist/libs/event-store/src/sqlite/driver.js';
import { serveParent } from '../load/child.mjs';
import { spreadOf } from '../measure/statistics.mjs';

/** A run of two jobs makes about so many appends, of about so many events. */
const APPENDS_PER_STREAM = 5;
const EVENTS_PER_APPEND = 2;
const WARM_UP_SHARE = 0.2;

serveParent(async ({ file, writers, seconds }) => {
  const counted = { commits: 0 };
  const store = await openSqliteEventStore({ file, openDriver: counting(counted) });
  const warmUntil = performance.now() + seconds * WARM_UP_SHARE * 1000;
  await Promise.all(Array.from({ length: writers }, () => write(store, warmUntil, [])));
  counted.commits = 0;
  const begun = performance.now();
  const taken = [];
  await Promise.all(Array.from({ length: writers }, () => write(store, begun + seconds * 1000, taken)));
  const passed = (performance.now() - begun) / 1000;
  await store.close();
  return {
    appendsPerSecond: taken.length / passed, eventsPerSecond: (taken.length * EVENTS_PER_APPEND) / passed, appendMs: spreadOf(taken),
    commitsPerSecond: counted.commits / passed, appendsPerCommit: taken.length / counted.commits,
  };
});

function counting(counted) {
  return (file) => {
    const driver = openBetterSqlite3(file);
    const { exec } = driver;
    driver.exec = (sql) => {
      if (sql === 'COMMIT') counted.commits += 1;
      exec(sql);
    };
    return driver;
  };
}

async function write(store, until, taken) {
  while (performance.now() < until) {
    const runId = randomUUID();
    let expected = 'none';
    for (let index = 0; index < APPENDS_PER_STREAM && performance.now() < until; index += 1) {
      const begun = performance.now();
      ({ revision: expected } = await store.append(`run-${runId}`, expected, eventsOf(runId, index)));
      taken.push(performance.now() - begun);
    }
  }
}

function eventsOf(runId, index) {
  const metadata = { at: new Date().toISOString(), actor: { kind: 'agent', id: 'bench' }, commandId: randomUUID(), correlationId: runId, causationId: randomUUID() };
  const execution = { jobId: `A${index}`, executionId: `${runId}/A${index}/1` };
  return [
    { id: randomUUID(), type: 'JobFinished', schemaVersion: 2, metadata, data: { ...execution, exitCode: 0, finishedAt: metadata.at, outcome: 'succeeded' } },
    { id: randomUUID(), type: 'JobDispatched', schemaVersion: 1, metadata, data: { ...execution, agent: 'bench', attempt: 1 } },
  ];
}
