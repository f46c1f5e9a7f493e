import { writeSync } from 'node:fs';
import type { ExpectedRevision } from '../src/event-store.port.js';
import { openSqliteEventStore } from '../src/sqlite/open-sqlite-event-store.js';
import { event } from './facts.js';

/** What the child prints for each append, after it was acknowledged. */
export interface Acknowledged {
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly ids: readonly string[];
}

const WRITERS = 8;

const [file, round] = process.argv.slice(2) as [string, string];
const store = await openSqliteEventStore({ file });
await Promise.all(Array.from({ length: WRITERS }, (_, writer) => appendForEver(writer)));

/** Appends of 1 to 5 events, each of which says how many belong together. Ends with the process, or when nobody reads any more. */
async function appendForEver(writer: number): Promise<void> {
  const stream = `run-${round}-${writer}`;
  let expected: ExpectedRevision = 'none';
  for (let turn = 0; ; turn += 1) {
    const of = 1 + ((turn * 7 + writer) % 5);
    const events = Array.from({ length: of }, (_, index) => event(`${stream}/${turn}/${index}`, { data: { append: `${stream}/${turn}`, of } }));
    const { revision, position } = await store.append(stream, expected, events);
    const told: Acknowledged = { stream, revision, position: String(position), ids: events.map(({ id }) => id) };
    // Synchronously: an acknowledgement that was heard must be in the parent's pipe before the kill.
    writeSync(1, `${JSON.stringify(told)}\n`);
    expected = revision;
  }
}
