import { appendOneByOne, event, events, everything, idOf } from '../../test-support/facts.js';
import { KurrentDbStandIn } from '../../test-support/kurrentdb-stand-in.js';
import { temporaryLog } from '../../test-support/temporary-log.js';
import { StoreUnavailableError } from '../event-store.errors.js';
import type { Appended } from '../event-store.port.js';
import { InMemoryEventStore } from '../in-memory.event-store.js';
import { openKurrentDbEventStore } from '../kurrentdb/open-kurrentdb-event-store.js';
import type { MovableEventStore, PlannedAppend, RecordedAppend } from '../movable-event-store.port.js';
import { openSqliteEventStore } from '../sqlite/open-sqlite-event-store.js';
import { PostgresServer } from '../testing/postgres-server.js';
import { copyLog, type CopyOptions, type CopyProgress, type CopyResult } from './copy-log.js';

type Copying = Pick<CopyOptions, 'from' | 'to'> & Partial<CopyOptions>;
const copy = (options: Copying): Promise<CopyResult> => copyLog({ sourceIsAlone: true, ...options });

/** Numbers from a seed, the same each time. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };
}

/** A log of so many appends to a few streams, of one event to many, large and small. */
async function fill(store: MovableEventStore, appends: number, seed = 1): Promise<void> {
  const below = chance(seed);
  const stands = new Map<string, number>();
  for (let number = 0; number < appends; number += 1) {
    const stream = `run-${below(7)}`;
    const list = events(`${seed}/${number}`, [1, 1, 2, 3, 40][below(5)]!).map((each, index) => ({
      ...each, type: index % 2 === 0 ? 'Told' : 'Asked', data: { text: 'é\u0000記'.repeat(below(20)), list: [null, -1.5e-7, { b: 1, a: [] }] },
      metadata: below(3) === 0 ? { ...each.metadata, reason: `because ${index}` } : event(`${number}`).metadata,
    }));
    const revision = stands.get(stream);
    stands.set(stream, (await store.append(stream, revision ?? 'none', list)).revision);
  }
}

async function appendsOf(store: MovableEventStore): Promise<RecordedAppend[]> {
  const all: RecordedAppend[] = [];
  for await (const batch of store.readAppends()) all.push(...batch);
  return all;
}

const withoutPositions = (appends: readonly RecordedAppend[]) => appends.map((append) => append.map(({ position: _, ...rest }) => rest));

/** Each append given once more, as a server does that has heard nothing of the first time. */
async function expectRepeatsKnown(store: MovableEventStore): Promise<void> {
  const head = await store.head();
  for (const append of await appendsOf(store)) {
    const [{ stream, revision }] = append;
    const list = append.map(({ id, type, schemaVersion, data, metadata }) => ({ id, type, schemaVersion, data, metadata }));
    const expected = revision === 0 ? 'none' : revision - 1;
    expect(await store.append(stream, expected, list)).toEqual({ revision: append.at(-1)!.revision, position: append.at(-1)!.position });
    if (list.length > 1) await expect(store.append(stream, expected, list.slice(0, -1))).rejects.toMatchObject({ name: 'WrongExpectedRevisionError' });
  }
  expect(await store.head()).toBe(head);
}

/** A store in memory that is cut off after so many appends. */
class CutOffStore extends InMemoryEventStore {
  appendsLeft = Infinity;

  override async appendInOrder(appends: readonly PlannedAppend[]): Promise<readonly Appended[]> {
    const reached = appends.slice(0, this.appendsLeft);
    const appended = await super.appendInOrder(reached);
    this.appendsLeft -= reached.length;
    if (reached.length < appends.length) throw new StoreUnavailableError('cut off');
    return appended;
  }
}

let source: InMemoryEventStore;
let target: CutOffStore;

beforeEach(() => {
  source = new InMemoryEventStore();
  target = new CutOffStore();
});

describe('a copy of a log', () => {
  it.each([1, 2, 3, 4, 5])('holds every event with all it carries, in one order, appended as it was, where it was (log %i)', async (seed) => {
    await fill(source, 200, seed);
    const result = await copy({ from: source, to: target });
    const all = await everything(source.readAll());
    expect(await everything(target.readAll())).toEqual(all);
    expect((await appendsOf(target)).map(({ length }) => length)).toEqual((await appendsOf(source)).map(({ length }) => length));
    expect(result).toEqual({
      found: 0, copied: all.length, events: all.length, appends: 200, streams: 7, position: BigInt(all.length), positionsKept: true, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it('knows a repeat of each append, and takes part of one for none', async () => {
    await fill(source, 60);
    await copy({ from: source, to: target });
    await expectRepeatsKnown(target);
  });

  it('holds appends at the limits of what one may be', async () => {
    await source.append('run-1', 'none', events('many', 500));
    await source.append('run-2', 'none', [event('large', { data: 'x'.repeat(500_000) })]);
    for (let number = 0; number < 12; number += 1) await source.append(`run-3-${number}`, 'none', [event(`l${number}`, { data: 'é'.repeat(240_000) })]);
    expect(await copy({ from: source, to: target })).toMatchObject({ appends: 14, positionsKept: true });
  });

  it('says how far it is, from the first event to the last of each phase', async () => {
    await fill(source, 600);
    const said: CopyProgress[] = [];
    const { events: total } = await copy({ from: source, to: target, onProgress: (progress) => said.push(progress) });
    expect([...new Set(said.map(({ phase }) => phase))]).toEqual(['copying', 'verifying']);
    expect(said.at(-1)).toEqual({ phase: 'verifying', events: total, position: BigInt(total), end: BigInt(total) });
  });

  it('of nothing is refused', async () => {
    await expect(copy({ from: source, to: target })).rejects.toThrow('the source is empty');
  });
});

describe('a copy that was cut off', () => {
  it('goes on from any append, and ends as one that was not', async () => {
    await fill(source, 20);
    const whole = await appendsOf(source);
    for (let cut = 0; cut <= whole.length; cut += 1) {
      const to = new CutOffStore();
      to.appendsLeft = cut;
      if (cut < whole.length) await expect(copy({ from: source, to })).rejects.toThrow('cut off');
      to.appendsLeft = Infinity;
      const found = whole.slice(0, cut).flat().length;
      expect(await copy({ from: source, to })).toMatchObject({ found: cut < whole.length ? found : 0, appends: 20 });
      expect(await appendsOf(to)).toEqual(whole);
    }
  });

  it('goes on after it was told to stop', async () => {
    await fill(source, 900);
    const stop = new AbortController();
    await expect(copy({ from: source, to: target, signal: stop.signal, onProgress: () => stop.abort() })).rejects.toMatchObject({ name: 'CopyStoppedError', message: expect.stringMatching(/^stopped while copying, at position \d+ of \d+/) as string });
    const { found, copied, appends } = await copy({ from: source, to: target });
    expect({ begun: found > 0, rest: copied > 0, appends }).toEqual({ begun: true, rest: true, appends: 900 });
  });

  it('once it is whole, copies nothing more and verifies it again', async () => {
    await fill(source, 30);
    const first = await copy({ from: source, to: target });
    expect(await copy({ from: source, to: target })).toEqual({ ...first, found: first.events, copied: 0 });
  });
});

describe('a target that is no first part of the source', () => {
  const [a, b, c] = [event('a'), event('b'), event('c')];
  beforeEach(async () => {
    await source.append('run-1', 'none', [a]);
    await source.append('run-2', 'none', [b, c]);
  });

  it.each<[string, (to: MovableEventStore) => Promise<unknown>, string]>([
    ['has another event', (to) => to.append('run-1', 'none', [b]), 'NoteTaken on run-1 at revision 0 (position 1) differs in its id'],
    ['has it on another stream', (to) => to.append('run-9', 'none', [a]), 'differs in its stream'],
    ['has other data in it', (to) => to.append('run-1', 'none', [event('a', { data: 7 })]), 'differs in its data'],
    ['has other metadata in it', (to) => to.append('run-1', 'none', [event('a', { metadata: { ...a.metadata, reason: 'r' } })]), 'differs in its metadata'],
    ['has it in another version', (to) => to.append('run-1', 'none', [event('a', { schemaVersion: 2 })]), 'differs in its schemaVersion'],
    ['has it as part of a larger append', (to) => to.append('run-1', 'none', [a, b]), 'was appended with 0 more, and in the target with 1 more'],
    ['has cut an append in two', async (to) => {
      await to.append('run-1', 'none', [a]);
      await to.append('run-2', 'none', [b]);
    }, 'NoteTaken on run-2 at revision 1 (position 3) was appended together with what stands before it'],
    ['has them in another order', (to) => to.append('run-2', 'none', [b, c]), 'differs in its id'],
    ['has grown', async (to) => {
      await copy({ from: source, to });
      await to.append('run-3', 'none', [event('more')]);
    }, 'the target has more: NoteTaken on run-3 at revision 0 (position 4) is not in the source'],
  ])('is refused and left alone when it %s', async (_, spoil, words) => {
    await spoil(target);
    const before = await appendsOf(target);
    const refused = copy({ from: source, to: target });
    await expect(refused).rejects.toMatchObject({ name: 'CopyRefusedError', message: expect.stringContaining(words) as string });
    expect(await appendsOf(target)).toEqual(before);
  });

  it('is said when somebody else writes to it meanwhile', async () => {
    const others = new class extends InMemoryEventStore {
      override async appendInOrder(appends: readonly PlannedAppend[]): Promise<readonly Appended[]> {
        await this.append('run-1', 'none', [event('theirs')]);
        return super.appendInOrder(appends);
      }
    }();
    await expect(copy({ from: source, to: others })).rejects.toThrow('somebody else writes to the target: run-1 stands at 0');
  });

  it('is found by the verification where a store has kept something else than it was given', async () => {
    const lossy = new class extends InMemoryEventStore {
      override appendInOrder(appends: readonly PlannedAppend[]): Promise<readonly Appended[]> {
        return super.appendInOrder(appends.map((each) => ({ ...each, events: each.events.map((one) => ({ ...one, data: one.id === idOf('c') ? 'other' : one.data })) })));
      }
    }();
    await expect(copy({ from: source, to: lossy })).rejects.toMatchObject({ name: 'CopyDiffersError', message: expect.stringContaining('run-2 at revision 1 (position 3) differs in its data') as string });
  });

  it('is found by the verification where a store has lost the end', async () => {
    const forgetful = new class extends InMemoryEventStore {
      override appendInOrder(appends: readonly PlannedAppend[]): Promise<readonly Appended[]> {
        return super.appendInOrder(appends.slice(0, 1));
      }
    }();
    await expect(copy({ from: source, to: forgetful })).rejects.toThrow('the target ends before NoteTaken on run-2 at revision 0 (position 2) of the source');
  });
});

describe('a source that is in use', () => {
  const started = (name: string) => event(name, { type: 'ServerStarted', data: { server: 's-1', host: 'here', pid: 17 } });

  it('is refused while a server is on record as started and not as stopped, unless somebody says that it crashed', async () => {
    await appendOneByOne(source, 'run-1', ['a', 'b']);
    await source.append('server-s-1', 'none', [started('first')]);
    const refused = copy({ from: source, to: target, sourceIsAlone: false });
    await expect(refused).rejects.toThrow('on record as started and not as stopped is s-1 (process 17 on here, started 2026-11-22T20:57:59.123Z)');
    expect(await target.head()).toBeUndefined();
    expect(await copy({ from: source, to: target })).toMatchObject({ events: 3 });
  });

  it('is not when each of its servers was stopped, however often', async () => {
    const stopped = (name: string) => event(name, { type: 'ServerStopped', data: {} });
    await source.append('server-s-1', 'none', [started('1'), stopped('2'), started('3'), stopped('4')]);
    expect(await copy({ from: source, to: target, sourceIsAlone: false })).toMatchObject({ events: 4 });
  });

  it.each(['copying', 'verifying'] as const)('is said when it grows during the %s, and the same copy once more takes that too', async (when) => {
    await fill(source, 300);
    let grown: Promise<unknown> | undefined;
    const grow = ({ phase }: CopyProgress): void => {
      if (phase === when) grown ??= source.append('late', 'none', [event('late')]);
    };
    await expect(copy({ from: source, to: target, onProgress: grow })).rejects.toMatchObject({ name: 'CopyRefusedError', message: expect.stringContaining('the source was written while it was copied') as string });
    expect(await copy({ from: source, to: target })).toMatchObject({ copied: 1, appends: 301 });
    expect(await appendsOf(target)).toEqual(await appendsOf(source));
  });
});

describe('a copy between stores', () => {
  const file = temporaryLog();
  const standIn = new KurrentDbStandIn();
  let database: PostgresServer;
  beforeAll(async () => {
    database = await PostgresServer.start();
    await standIn.start();
  }, 60_000);
  afterAll(async () => {
    standIn.kill();
    await database.remove();
  }, 60_000);
  const opened: MovableEventStore[] = [];
  afterEach(async () => void await Promise.all(opened.splice(0).map((store) => store.close())));

  let logs = 0;
  const open = {
    SQLite: () => openSqliteEventStore({ file: `${file()}-${logs += 1}` }),
    PostgreSQL: async () => (await import('../postgres/open-postgres-event-store.js')).openPostgresEventStore({ url: database.freshUrl() }),
    KurrentDB: () => openKurrentDbEventStore({ url: `${standIn.url}&log=copy_${logs += 1}` }),
  };
  async function store(kind: keyof typeof open): Promise<MovableEventStore> {
    const one = await open[kind]();
    opened.push(one);
    return one;
  }

  it.each([
    ['SQLite', 'PostgreSQL', true], ['PostgreSQL', 'SQLite', true], ['SQLite', 'KurrentDB', false], ['KurrentDB', 'SQLite', false], ['KurrentDB', 'PostgreSQL', false], ['PostgreSQL', 'KurrentDB', false],
  ] as const)('from %s to %s is the same log, and positions are kept: %s', async (one, other, positionsKept) => {
    const [from, to] = [await store(one), await store(other)];
    await fill(from, 60);
    const result = await copy({ from, to });
    expect(result).toMatchObject({ appends: 60, positionsKept, position: await to.head() });
    expect(withoutPositions(await appendsOf(to))).toEqual(withoutPositions(await appendsOf(from)));
    expect((await everything(to.readAll())).map(({ id }) => id)).toEqual((await everything(from.readAll())).map(({ id }) => id));
    await expectRepeatsKnown(to);
  }, 60_000);

  it('of a damaged log ends where the damage is', async () => {
    const [from, to] = [await store('KurrentDB'), await store('SQLite')];
    await from.append('run-1', 'none', events('a', 3));
    await from.append('run-2', 'none', events('b', 2));
    standIn.log.damage(`copy_${logs - 1}.run-1`, 2);
    await expect(copy({ from, to })).rejects.toMatchObject({ name: 'CorruptLogError', message: expect.stringContaining('part of an append is missing') as string });
    expect(await to.head()).toBeUndefined();
  });

  it('is the same after two moves as after one', async () => {
    const [from, between, to] = [await store('SQLite'), await store('KurrentDB'), await store('PostgreSQL')];
    await fill(from, 40);
    const first = await copy({ from, to: between });
    const { sha256 } = await copy({ from: between, to });
    expect(sha256).toBe(first.sha256);
    expect(await everything(to.readAll())).toEqual(await everything(from.readAll()));
  }, 60_000);

  it.each(['PostgreSQL', 'SQLite'] as const)('writes in order and in large groups into %s', async (kind) => {
    const [from, to] = [await store('SQLite'), await store(kind)];
    await Promise.all(Array.from({ length: 3_000 }, (_, index) => from.append(`s-${index % 1_000}`, index < 1_000 ? 'none' : Math.floor(index / 1_000) - 1, [event(`${index}`)])));
    expect(await copy({ from, to })).toMatchObject({ appends: 3_000, streams: 1_000, positionsKept: true });
  }, 60_000);

  it('goes on after an outage of the target, without having turned anything round', async () => {
    const [from, to] = [await store('SQLite'), await store('PostgreSQL')];
    await fill(from, 800);
    let killed: Promise<void> | undefined;
    await expect(copy({ from, to, onProgress: ({ phase }) => { if (phase === 'copying') killed ??= database.kill(); } })).rejects.toThrow(StoreUnavailableError);
    await killed;
    await database.restart();
    expect(await copy({ from, to })).toMatchObject({ appends: 800, positionsKept: true });
  }, 60_000);
});
