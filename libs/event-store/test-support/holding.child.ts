import { writeSync } from 'node:fs';
import { openSqliteEventStore } from '../src/sqlite/open-sqlite-event-store.js';
import { event } from './facts.js';

/** Opens the log, appends one event where it was given a name for it, and holds the log until it is killed or nobody is there. */
process.stdin.on('end', () => process.exit(0)).resume();

const [file, name] = process.argv.slice(2) as [string, string | undefined];
const store = await openSqliteEventStore({ file, onWaiting: (sentence) => say(`waiting: ${sentence}`) });
say(`open at ${String(await store.head())}`);
if (name !== undefined) say(`appended at ${String((await store.append(`run-${name}`, 'none', [event(name)])).position)}`);

function say(line: string): void {
  writeSync(1, `${line}\n`);
}
