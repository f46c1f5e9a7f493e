import { StoreUnavailableError, WrongExpectedRevisionError } from '../src/event-store.errors.js';
import type { ExpectedRevision } from '../src/event-store.port.js';
import { openStore } from '../src/open-store.js';
import { event, nameOf, until } from './facts.js';

/** Appends to a log that others have open as well, or follows it. Ends when nobody is there any more. */
process.stdin.on('end', () => process.exit(0)).resume();

const [url, what, ...rest] = process.argv.slice(2) as [string, string, ...string[]];
const store = await openStore(url);
if (what === 'append') await appendAll(rest[0]!, Number(rest[1]));
else await follow(Number(rest[0]));
say('done');

async function follow(count: number): Promise<void> {
  const seen = await until(store, { isEnough: ({ length }) => length >= count });
  for (const recorded of seen) say(`${recorded.position} ${recorded.stream} ${recorded.revision} ${nameOf(recorded)}`);
}

async function appendAll(name: string, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const own = async (): Promise<void> => {
    for (const index of numbers) await append(`run-${name}`, index === 0 ? 'none' : index - 1, `${name}/own/${index}`);
  };
  const shared = async (): Promise<void> => {
    let expected: ExpectedRevision = 'none';
    for (const index of numbers) expected = await append('run-shared', expected, `${name}/shared/${index}`);
  };
  await Promise.all([own(), shared()]);
}

/** Until it is there: after a conflict behind what is there now, after an outage the same once more. */
async function append(stream: string, expected: ExpectedRevision, name: string): Promise<number> {
  try {
    const { revision, position } = await store.append(stream, expected, [event(name)]);
    say(`${position} ${stream} ${revision} ${name}`);
    return revision;
  } catch (error) {
    if (error instanceof WrongExpectedRevisionError) return append(stream, error.actual, name);
    if (error instanceof StoreUnavailableError) return append(stream, expected, name);
    throw error;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`); // not writeSync: hundreds of lines at once fill the pipe, and it fails then
}
