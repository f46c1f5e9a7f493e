// Reads a log from its beginning to its end through the store's port, and does nothing with it.
import { openSqliteEventStore } from '../../dist/libs/event-store/src/sqlite/open-sqlite-event-store.js';
import { serveParent } from '../load/child.mjs';

serveParent(async ({ file }) => {
  const store = await openSqliteEventStore({ file });
  const begun = performance.now();
  let events = 0;
  for await (const batch of store.readAll()) events += batch.length;
  const milliseconds = performance.now() - begun;
  await store.close();
  return { events, milliseconds };
});
