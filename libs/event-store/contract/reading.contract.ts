import type { EventStore, ReadFilter } from '../src/event-store.port.js';
import { event, everything, events, nameOf, namesIn } from '../test-support/facts.js';

export function readingContract(store: () => EventStore): void {
  describe('reading a stream', () => {
    it('yields nothing where nothing is', async () => {
      await store().append('run-1', 'none', [event('a')]);
      expect(await namesIn(store(), 'run-2')).toEqual([]);
      expect(await namesIn(store(), 'run')).toEqual([]);
    });

    it('begins at a revision, also in the middle of an append', async () => {
      await store().append('run-1', 'none', events('a', 3));
      await store().append('run-2', 'none', events('x', 3));
      await store().append('run-1', 2, events('b', 2));
      expect(await namesIn(store(), 'run-1')).toEqual(['a/0', 'a/1', 'a/2', 'b/0', 'b/1']);
      expect(await namesIn(store(), 'run-1', 2)).toEqual(['a/2', 'b/0', 'b/1']);
      expect(await namesIn(store(), 'run-1', 4)).toEqual(['b/1']);
      expect(await namesIn(store(), 'run-1', 5)).toEqual([]);
    });

    it('yields a long stream in order', async () => {
      const appends = Array.from({ length: 1_500 }, (_, index) => store().append('run-1', index === 0 ? 'none' : index - 1, [event(`e${index}`)]));
      await Promise.all(appends);
      expect(await namesIn(store(), 'run-1', 3)).toEqual(Array.from({ length: 1_497 }, (_, index) => `e${index + 3}`));
    });
  });

  describe('reading the whole log', () => {
    it('yields nothing and has no head while it is empty', async () => {
      expect(await everything(store().readAll())).toEqual([]);
      expect(await store().head()).toBeUndefined();
    });

    it('begins after a position, also in the middle of an append', async () => {
      await store().append('run-1', 'none', events('a', 3));
      await store().append('run-2', 'none', events('b', 2));
      const all = await everything(store().readAll());
      expect(all.map(nameOf)).toEqual(['a/0', 'a/1', 'a/2', 'b/0', 'b/1']);
      for (const [index, { position }] of all.entries()) {
        expect(await everything(store().readAll(position))).toEqual(all.slice(index + 1));
      }
      expect(await everything(store().readAll(0n))).toEqual(all);
    });

    it('sees what was acknowledged, at once', async () => {
      for (let index = 0; index < 20; index += 1) {
        const { position } = await store().append(`run-${index}`, 'none', [event(`e${index}`)]);
        expect((await everything(store().readAll(position - 1n))).at(-1)?.position).toBe(position);
      }
    });

    it('gives back 100,000 events in the order of their positions, in batches of 1 to 500', async () => {
      await appendMany(store(), 200, 500);
      let count = 0;
      let last = 0n;
      for await (const batch of store().readAll()) {
        expect(batch.length >= 1 && batch.length <= 500).toBe(true);
        for (const { position, revision, stream, data } of batch) {
          if (position <= last || (data as { name: string }).name !== `${stream}/${revision}`) throw new Error(`out of order at ${position}`);
          last = position;
        }
        count += batch.length;
      }
      expect(count).toBe(100_000);
      expect(await store().head()).toBe(last);
    }, 60_000);
  });

  describe('a filter', () => {
    beforeEach(async () => {
      await store().append('run-1', 'none', [event('a'), event('b', { type: 'Told' })]);
      await store().append('agent-1', 'none', [event('c', { type: 'Told' }), event('d', { type: 'Asked' })]);
      await store().append('Run-2', 'none', [event('e')]);
      await store().append('run-2', 'none', [event('f', { type: 'Asked' })]);
    });

    it.each<[string, ReadFilter, string[]]>([
      ['by the prefix of streams', { streamPrefixes: ['run-'] }, ['a', 'b', 'f']],
      ['by one of several prefixes', { streamPrefixes: ['agent-', 'run-2'] }, ['c', 'd', 'f']],
      ['by type', { types: ['Told', 'Asked'] }, ['b', 'c', 'd', 'f']],
      ['by both at once', { streamPrefixes: ['run-'], types: ['Told'] }, ['b']],
      ['that nothing passes', { types: ['Never'] }, []],
      ['without any value, which nothing passes', { streamPrefixes: [] }, []],
      ['with a percent sign, which is no wildcard', { streamPrefixes: ['%', 'run_'] }, []],
      ['without any field', {}, ['a', 'b', 'c', 'd', 'e', 'f']],
    ])('narrows %s', async (_, filter, names) => {
      expect((await everything(store().readAll(undefined, filter))).map(nameOf)).toEqual(names);
    });

    it('finds the few among many, in batches that are never empty', async () => {
      await appendMany(store(), 1_200, 1);
      await store().append('rare', 'none', [event('last')]);
      const batches: number[] = [];
      for await (const batch of store().readAll(undefined, { streamPrefixes: ['rare', 'agent-'] })) batches.push(batch.length);
      expect(batches.reduce((sum, length) => sum + length, 0)).toBe(3);
      expect(batches).not.toContain(0);
    });
  });
}

/** Each append on a stream of its own; an event's name is its stream and revision. */
async function appendMany(store: EventStore, appends: number, size: number): Promise<void> {
  for (let done = 0; done < appends; done += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => store.append(`s${done + index}`, 'none', events(`s${done + index}`, size))));
  }
}
