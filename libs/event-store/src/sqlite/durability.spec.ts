import { event, everything, nameOf, namesIn } from '../../test-support/facts.js';
import type { Faults } from '../../test-support/failing-driver.js';
import { faults, sqliteError } from '../../test-support/failing-driver.js';
import { temporaryLog } from '../../test-support/temporary-log.js';
import { StoreUnavailableError, WrongExpectedRevisionError } from '../event-store.errors.js';
import type { EventStore, RecordedEvent } from '../event-store.port.js';
import { openSqliteEventStore } from './open-sqlite-event-store.js';

const file = temporaryLog();
let faulty: Faults;
let store: EventStore;

beforeEach(async () => {
  faulty = faults();
  store = await openSqliteEventStore({ file: file(), openDriver: faulty.openDriver });
});
afterEach(() => store.close());

/** Fails every statement of this kind until the answer is called. */
function failAt(statement: string, code: string): () => void {
  faulty.beforeExec = (sql) => {
    if (sql === statement) throw sqliteError(code);
  };
  return () => {
    faulty.beforeExec = () => undefined;
  };
}

/** Collects what a subscriber is fed, until the store closes. */
function feed(): RecordedEvent[] {
  const fed: RecordedEvent[] = [];
  void (async () => {
    for await (const batch of store.subscribe()) fed.push(...batch);
  })();
  return fed;
}

/** Whatever was resolved or woken by now has run after two turns of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('before COMMIT', () => {
  it('nobody is told anything: no success, no conflict, no subscriber', async () => {
    await store.append('run-1', 'none', [event('old')]);
    const fed = feed();
    await settle();
    const told: string[] = [];
    const atCommit: { told: number; fed: number; pages: number }[] = [];
    faulty.beforeExec = (sql) => {
      if (sql === 'COMMIT') atCommit.push({ told: told.length, fed: fed.length, pages: faulty.pagesRead });
    };
    const tell = (what: string) => (): void => void told.push(what);
    const pages = faulty.pagesRead;
    await Promise.all([
      store.append('run-2', 'none', [event('a')]).then(tell('success')),
      store.append('run-1', 'none', [event('b')]).catch(tell('conflict')),
      store.append('run-1', 'none', [event('old')]).then(tell('repeat')),
    ]);
    expect(atCommit).toEqual([{ told: 0, fed: 1, pages }]);
    expect(told.sort()).toEqual(['conflict', 'repeat', 'success']);
    await settle();
    expect(fed.map(nameOf)).toEqual(['old', 'a']);
  });

  it('appends of one moment wait for one COMMIT together', async () => {
    let commits = 0;
    faulty.beforeExec = (sql) => {
      commits += sql === 'COMMIT' ? 1 : 0;
    };
    await Promise.all(Array.from({ length: 300 }, (_, index) => store.append(`run-${index}`, 'none', [event(`${index}`)])));
    expect(commits).toBe(1);
  });

  it('no more than 500 appends wait for one COMMIT', async () => {
    let commits = 0;
    faulty.beforeExec = (sql) => {
      commits += sql === 'COMMIT' ? 1 : 0;
    };
    await Promise.all(Array.from({ length: 1_200 }, (_, index) => store.append(`run-${index}`, 'none', [event(`${index}`)])));
    expect(commits).toBe(3);
  });
});

describe('a COMMIT that fails', () => {
  it.each(['SQLITE_FULL', 'SQLITE_IOERR_FSYNC'])('with %s makes every append of its group unavailable, and feeds nobody', async (code) => {
    await store.append('run-1', 'none', [event('old')]);
    const fed = feed();
    const repair = failAt('COMMIT', code);
    const settled = await Promise.allSettled([
      store.append('run-1', 0, [event('a')]),
      store.append('run-1', 1, [event('b')]),
      store.append('run-1', 0, [event('a conflict only with what was never committed')]),
      store.append('run-2', 'none', [event('c')]),
    ]);
    for (const outcome of settled) expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'StoreUnavailableError' } });
    repair();
    await settle();
    expect(fed.map(nameOf)).toEqual(['old']);
    expect((await everything(store.readAll())).map(nameOf)).toEqual(['old']);
  });

  it('leaves no trace in what the next append is checked against', async () => {
    await store.append('run-1', 'none', [event('old')]);
    const repair = failAt('COMMIT', 'SQLITE_FULL');
    await expect(store.append('run-1', 0, [event('a')])).rejects.toThrow(StoreUnavailableError);
    repair();
    await expect(store.append('run-1', 1, [event('b')])).rejects.toThrow(WrongExpectedRevisionError);
    expect(await store.append('run-1', 0, [event('a')])).toEqual({ revision: 1, position: 2n });
    expect(await namesIn(store, 'run-1')).toEqual(['old', 'a']);
  });

  it('shows no reader what it left, also when its ROLLBACK fails', async () => {
    const append = store.append('run-1', 'none', [event('a')]);
    faulty.beforeExec = (sql) => {
      if (sql === 'COMMIT' || sql === 'ROLLBACK') throw sqliteError('SQLITE_IOERR');
    };
    await expect(append).rejects.toThrow(StoreUnavailableError);
    await expect(store.head()).rejects.toThrow(StoreUnavailableError);
    await expect(everything(store.readAll())).rejects.toThrow(StoreUnavailableError);
    await expect(store.append('run-1', 'none', [event('a')])).rejects.toThrow(StoreUnavailableError);
    faulty.beforeExec = () => undefined;
    expect(await store.head()).toBeUndefined();
    expect(await store.append('run-1', 'none', [event('a')])).toEqual({ revision: 0, position: 1n });
  });
});

describe('a full disk', () => {
  it('refuses what does not fit, keeps what was acknowledged, and heals', async () => {
    const large = (name: string): ReturnType<typeof event> => event(name, { data: { name, filling: 'x'.repeat(100_000) } });
    await store.append('run-1', 'none', [large('old')]);
    const pages = Number(faulty.driver!.prepare('PRAGMA page_count').get()![0]);
    faulty.driver!.exec(`PRAGMA max_page_count = ${pages + 4}`);
    const settled = await Promise.allSettled([store.append('run-2', 'none', [event('small')]), store.append('run-1', 0, [large('a')])]);
    for (const outcome of settled) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'StoreUnavailableError', message: expect.stringContaining('full') } });
    }
    expect(await namesIn(store, 'run-1')).toEqual(['old']);

    faulty.driver!.exec(`PRAGMA max_page_count = ${pages + 1_000}`);
    await store.append('run-2', 'none', [event('small')]);
    expect(await store.append('run-1', 0, [large('a')])).toMatchObject({ revision: 1 });
    expect(await namesIn(store, 'run-1')).toEqual(['old', 'a']);
  });
});

describe('what a reader holds', () => {
  it('is one page, however long the log is and however slow the reader', async () => {
    for (let index = 0; index < 4_000; index += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, next) => store.append(`run-${index + next}`, 'none', [event(`${index + next}`)])));
    }
    faulty.pagesRead = 0;
    const subscription = store.subscribe()[Symbol.asyncIterator]();
    await subscription.next();
    await settle();
    expect(faulty.pagesRead).toBe(1);
  });

  it('is a few large appends at most, not 500 of them', async () => {
    const data = { filling: 'x'.repeat(400_000) };
    await Promise.all(Array.from({ length: 24 }, (_, index) => store.append(`run-${index}`, 'none', [event(`${index}`, { data })])));
    for await (const batch of store.readAll()) expect(batch.length).toBeLessThanOrEqual(3);
  });
});
