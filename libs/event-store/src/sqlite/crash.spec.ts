import type { Acknowledged } from '../../test-support/appending.child.js';
import { children } from '../../test-support/children.js';
import { everything } from '../../test-support/facts.js';
import { temporaryLog } from '../../test-support/temporary-log.js';
import type { RecordedEvent } from '../event-store.port.js';
import { openSqliteEventStore } from './open-sqlite-event-store.js';

const KILLS = 5;
const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000);

const file = temporaryLog();
const start = children();

describe(`a process killed in the middle of appends (TEST_SEED=${seed})`, () => {
  it(`leaves every acknowledged event and no half append, ${KILLS} times on one log`, async () => {
    const random = randomFrom(seed);
    const acknowledged: Acknowledged[] = [];
    for (let round = 0; round < KILLS; round += 1) {
      const child = start('appending.child', file(), String(round));
      const last = Math.floor(random() * 600);
      await child.line((_, index) => index === last);
      acknowledged.push(...(await child.kill()).filter(isWhole).map((line) => JSON.parse(line) as Acknowledged));
      const log = await readLog();
      for (const told of acknowledged) expect(log.placesOf(told)).toEqual(told.ids);
      expect(log.halfAppends).toEqual([]);
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS);
  }, 60_000);
});

/** Reading checks by itself that positions and revisions have no gap. */
async function readLog() {
  const store = await openSqliteEventStore({ file: file() });
  const all = await everything(store.readAll());
  await store.close();
  const byPlace = new Map(all.map((event) => [`${event.stream}@${event.revision}@${event.position}`, event.id]));
  return {
    halfAppends: halfAppends(all),
    placesOf: ({ stream, revision, position, ids }: Acknowledged) => ids.map((_, index) => {
      const back = ids.length - 1 - index;
      return byPlace.get(`${stream}@${revision - back}@${BigInt(position) - BigInt(back)}`);
    }),
  };
}

function halfAppends(all: readonly RecordedEvent[]): string[] {
  const missing = new Map<string, number>();
  for (const { data } of all) {
    const { append, of } = data as { readonly append: string; readonly of: number };
    missing.set(append, (missing.get(append) ?? of) - 1);
  }
  return [...missing].filter(([, count]) => count !== 0).map(([append]) => append);
}

/** The kill may have cut the last line; what was cut was not heard. */
function isWhole(line: string): boolean {
  return line.startsWith('{') && line.endsWith('}');
}

/** mulberry32: small, and the same on every machine. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
