import { mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { event, events, everything, namesIn } from '../../test-support/facts.js';
import { faults } from '../../test-support/failing-driver.js';
import { temporaryLog } from '../../test-support/temporary-log.js';
import { CorruptLogError } from '../event-store.errors.js';
import type { EventStore } from '../event-store.port.js';
import { Database } from './library.js';
import { openSqliteEventStore } from './open-sqlite-event-store.js';
import { ForeignLogError } from './sqlite.errors.js';

const file = temporaryLog();

async function withStore<Answer>(use: (store: EventStore) => Promise<Answer>): Promise<Answer> {
  const store = await openSqliteEventStore({ file: file() });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Changes a closed log behind its owner's back. */
function tamper(sql: string): void {
  const database = new Database(file());
  database.exec(`PRAGMA foreign_keys = OFF; ${sql}`);
  database.close();
}

describe('a new log', () => {
  it('is made with its directory, readable for its owner only', async () => {
    const deep = join(dirname(file()), 'not', 'there', 'log.sqlite');
    const store = await openSqliteEventStore({ file: deep });
    await store.append('run-1', 'none', [event('a')]);
    expect(readdirSync(dirname(deep)).map((name) => [name, statSync(join(dirname(deep), name)).mode & 0o777])).toEqual([
      ['log.sqlite', 0o600],
      ['log.sqlite-wal', 0o600],
    ]);
    await store.close();
  });

  it('syncs each COMMIT, in a write-ahead log of 8 KiB pages, with no checkpoint inside a COMMIT', async () => {
    const watched = faults();
    const store = await openSqliteEventStore({ file: file(), openDriver: watched.openDriver });
    const pragma = (name: string): unknown => watched.driver!.prepare(`PRAGMA ${name}`).get()![0];
    expect(['synchronous', 'journal_mode', 'page_size', 'wal_autocheckpoint', 'locking_mode', 'user_version'].map(pragma)).toEqual([2, 'wal', 8192, 0, 'exclusive', 1]);
    await store.close();
  });

  it('is still there after close and open', async () => {
    const place = await withStore((store) => store.append('run-1', 'none', events('a', 3)));
    await withStore(async (store) => {
      expect(await namesIn(store, 'run-1')).toEqual(['a/0', 'a/1', 'a/2']);
      expect(await store.append('run-1', 'none', events('a', 3))).toEqual(place);
      expect(await store.append('run-1', 2, [event('b')])).toEqual({ revision: 3, position: place.position + 1n });
    });
  });

  it('begins in a file that a crash left empty', async () => {
    writeFileSync(file(), '');
    await withStore((store) => store.append('run-1', 'none', [event('a')]));
  });

  it('stores one row an append, and metadata that all events share once', async () => {
    await withStore((store) => store.append('run-1', 'none', [event('a'), event('b', { metadata: event('a').metadata }), event('c')]));
    const database = new Database(file(), { readonly: true });
    const rows = database.prepare('SELECT position, revision, count, metadata, events FROM appends').all() as { metadata: string; events: string }[];
    database.close();
    expect(rows).toMatchObject([{ position: 1, revision: 0, count: 3 }]);
    expect(rows[0]!.events.match(/command of/g)).toHaveLength(1);
    expect(rows[0]!.metadata).toContain('command of a');
  });
});

describe('a file that is no whole log is refused and left as it is', () => {
  it.each([
    ['garbage', 'this is no database at all, '.repeat(1_000)],
    ['a few bytes', 'SQL'],
    ['a header without a database', 'SQLite format 3\0'],
  ])('%s', async (_, content) => {
    writeFileSync(file(), content);
    await expect(withStore(async () => undefined)).rejects.toThrow(CorruptLogError);
    await expect(withStore(async () => undefined)).rejects.toThrow(file());
    expect(statSync(file()).size).toBe(content.length);
  });

  it('a log cut in half', async () => {
    await withStore((store) => store.append('run-1', 'none', events('a', 500)));
    truncateSync(file(), 8192 * 4);
    await expect(withStore((store) => namesIn(store, 'run-1'))).rejects.toThrow(CorruptLogError);
  });

  it('a log emptied while its write-ahead log is still there', async () => {
    writeFileSync(file(), '');
    writeFileSync(`${file()}-wal`, 'what was acknowledged');
    await expect(withStore(async () => undefined)).rejects.toThrow(CorruptLogError);
    expect(statSync(`${file()}-wal`).size).toBeGreaterThan(0);
  });

  it('a database of somebody else', async () => {
    tamper('CREATE TABLE theirs (id INTEGER)');
    await expect(withStore(async () => undefined)).rejects.toThrow(ForeignLogError);
  });

  it('a log of a later version', async () => {
    await withStore((store) => store.append('run-1', 'none', [event('a')]));
    tamper('PRAGMA user_version = 99');
    await expect(withStore(async () => undefined)).rejects.toThrow(/later Kiroku/);
  });

  it('a directory in place of a file', async () => {
    mkdirSync(file());
    await expect(withStore(async () => undefined)).rejects.toMatchObject({ name: 'StoreUnavailableError', message: expect.stringContaining(file()) });
  });
});

describe('damage inside a log', () => {
  beforeEach(() => withStore(async (store) => {
    await store.append('run-1', 'none', events('a', 2));
    await store.append('run-2', 'none', events('x', 2));
    await store.append('run-1', 1, events('b', 2));
  }));

  const damages: readonly [string, string][] = [
    ['JSON cut off', "UPDATE appends SET events = substr(events, 1, 20) WHERE position = 3"],
    ['fewer events than were appended', "UPDATE appends SET events = '[]' WHERE position = 3"],
    ['an event without an id', "UPDATE appends SET events = '[{},{}]' WHERE position = 3"],
    ['metadata that does not parse', "UPDATE appends SET metadata = '{' WHERE position = 3"],
    ['an append taken away', 'DELETE FROM appends WHERE position = 3'],
    ['a stream taken away', "DELETE FROM streams WHERE name = 'run-2'"],
    ['an append that says it is longer', 'UPDATE appends SET count = 3 WHERE position = 3'],
    ['the first append taken away', 'DELETE FROM appends WHERE position = 1'],
  ];

  it.each(damages)('stops a reader of the whole log: %s', async (_, sql) => {
    tamper(sql);
    await withStore((store) => expect(everything(store.readAll())).rejects.toThrow(CorruptLogError));
    await withStore((store) => expect(everything(store.readAll(undefined, { streamPrefixes: ['run-2'] }))).rejects.toThrow(CorruptLogError));
    await withStore((store) => expect(everything(store.subscribe())).rejects.toThrow(CorruptLogError));
  });

  it('stops a reader also where its filter leaves the missing append out', async () => {
    tamper('DELETE FROM appends WHERE position = 3');
    await withStore((store) => expect(everything(store.readAll(undefined, { streamPrefixes: ['run-1'] }))).rejects.toThrow(CorruptLogError));
  });

  it('stops a reader of the stream, also where only its first append is missing', async () => {
    tamper('DELETE FROM appends WHERE position = 1');
    await withStore((store) => expect(namesIn(store, 'run-1')).rejects.toThrow(CorruptLogError));
    await withStore(async (store) => expect(await namesIn(store, 'run-2')).toEqual(['x/0', 'x/1']));
  });

  it('refuses a repeat that it cannot compare, and harms no neighbour', async () => {
    tamper("UPDATE appends SET events = '[' WHERE position = 3");
    await withStore(async (store) => {
      const [repeat, neighbour] = await Promise.allSettled([
        store.append('run-2', 'none', events('x', 2)),
        store.append('run-3', 'none', [event('c')]),
      ]);
      expect(repeat).toMatchObject({ status: 'rejected', reason: { name: 'CorruptLogError' } });
      expect(neighbour).toMatchObject({ status: 'fulfilled' });
    });
  });
});
