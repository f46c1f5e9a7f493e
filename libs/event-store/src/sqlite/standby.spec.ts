import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { children } from '../../test-support/children.js';
import { event, namesIn } from '../../test-support/facts.js';
import { temporaryLog } from '../../test-support/temporary-log.js';
import type { EventStore } from '../event-store.port.js';
import { openBetterSqlite3 } from './driver.js';
import { openSqliteEventStore } from './open-sqlite-event-store.js';

const file = temporaryLog();
const start = children();

/** All that a touch would change. */
function traces(): unknown {
  const directory = dirname(file());
  return readdirSync(directory).sort().map((name) => {
    const { ino, size, mtimeMs, ctimeMs, mode } = statSync(join(directory, name));
    return { name, ino, size, mtimeMs, ctimeMs, mode };
  });
}

async function filled(): Promise<void> {
  const store = await openSqliteEventStore({ file: file() });
  await store.append('run-old', 'none', [event('old')]);
  await store.close();
}

describe('a second process', () => {
  it('says that it waits, touches nothing, and takes over when the first is killed', async () => {
    await filled();
    const first = start('holding.child', file());
    expect(await first.line((line) => line.startsWith('open'))).toBe('open at 1');
    const before = traces();

    const second = start('holding.child', file(), 'second');
    expect(await second.line(() => true)).toBe(`waiting: another process has ${file()}; waiting to take over when it ends`);
    expect(traces()).toEqual(before);

    await first.kill();
    expect(await second.line((line) => line.startsWith('appended'))).toBe('appended at 2');
    expect(second.lines.filter((line) => line.startsWith('waiting'))).toHaveLength(1);
    await second.kill();
    const third = await openSqliteEventStore({ file: file() });
    expect(await namesIn(third, 'run-second')).toEqual(['second']);
    await third.close();
  });

  it('waits from the first moment of a new log', async () => {
    const both = [start('holding.child', file(), 'a'), start('holding.child', file(), 'b')];
    const winner = await Promise.race(both.map(async (child) => {
      await child.line((line) => line.startsWith('appended'));
      return child;
    }));
    const loser = both.find((child) => child !== winner)!;
    await loser.line((line) => line.startsWith('waiting'));
    expect(loser.lines).toHaveLength(1);
    await winner.kill();
    expect(await loser.line((line) => line.startsWith('appended'))).toBe('appended at 2');
  });
});

describe('a second opener', () => {
  let first: EventStore;
  beforeEach(async () => {
    first = await openSqliteEventStore({ file: file() });
  });
  afterEach(() => first.close());

  it('is told once, however often it tries', async () => {
    const told: string[] = [];
    const enough = new AbortController();
    let tries = 0;
    const second = openSqliteEventStore({
      file: file(),
      signal: enough.signal,
      onWaiting: (sentence) => told.push(sentence),
      openDriver: (name) => {
        tries += 1;
        if (tries === 3) enough.abort(new Error('waited long enough'));
        return openBetterSqlite3(name);
      },
    });
    await expect(second).rejects.toThrow('waited long enough');
    expect(told).toHaveLength(1);
  });

  it('takes nothing from the first by trying', async () => {
    const giveUp = new AbortController();
    const second = openSqliteEventStore({ file: file(), signal: giveUp.signal, onWaiting: () => giveUp.abort() });
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    const child = start('holding.child', file());
    await child.line((line) => line.startsWith('waiting'));
    expect(await first.append('run-1', 'none', [event('a')])).toEqual({ revision: 0, position: 1n });
    expect(child.lines).toHaveLength(1);
  });

  it('takes over when the first closes, and finds what it wrote', async () => {
    const waiting = new Promise<EventStore>((resolve, reject) => {
      const second = openSqliteEventStore({ file: file(), onWaiting: () => resolve(first.append('run-1', 'none', [event('a')]).then(() => first.close()).then(() => second)) });
      second.catch(reject);
    });
    const second = await waiting;
    expect(await namesIn(second, 'run-1')).toEqual(['a']);
    await second.close();
  });

  it('does not even try when its signal was aborted before', async () => {
    const second = openSqliteEventStore({ file: file(), signal: AbortSignal.abort(), onWaiting: () => { throw new Error('tried'); } });
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
  });
});
