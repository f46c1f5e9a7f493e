import { WrongExpectedRevisionError } from '../src/event-store.errors.js';
import type { EventStore, ExpectedRevision } from '../src/event-store.port.js';
import { event, everything, events, nameOf } from '../test-support/facts.js';

/** A lost acknowledgement is the default case: whoever hears nothing appends the same once more. */
export function repeatsContract(store: () => EventStore): void {
  describe('a repeat after a lost acknowledgement', () => {
    it('answers the original place and writes nothing', async () => {
      const original = await store().append('run-1', 'none', events('a', 3));
      expect(await store().append('run-1', 'none', events('a', 3))).toEqual(original);
      expect(await everything(store().readAll())).toHaveLength(3);
    });

    it('does so after later appends too, at any place in the stream', async () => {
      const first = await store().append('run-1', 'none', events('a', 2));
      const second = await store().append('run-1', 1, events('b', 2));
      const third = await store().append('run-1', 3, events('c', 2));
      expect(await store().append('run-1', 1, events('b', 2))).toEqual(second);
      expect(await store().append('run-1', 'none', events('a', 2))).toEqual(first);
      expect(await store().head()).toBe(third.position);
    });

    it('does so in the same moment as the original', async () => {
      const [original, repeat] = await Promise.all([
        store().append('run-1', 'none', events('a', 2)),
        store().append('run-1', 'none', events('a', 2)),
      ]);
      expect(repeat).toEqual(original);
      expect(await everything(store().readAll())).toHaveLength(2);
    });
  });

  describe('what is no repeat', () => {
    const [a0, a1, a2] = events('a', 3) as [ReturnType<typeof event>, ReturnType<typeof event>, ReturnType<typeof event>];
    const b = event('b');

    it.each([
      ['a prefix of the original', 'none', [a0, a1]],
      ['the original and something more', 'none', [a0, a1, a2, event('more')]],
      ['the original and the one after it as one', 'none', [a0, a1, a2, b]],
      ['the original with another tail', 'none', [a0, a1, event('other')]],
      ['the original in another order', 'none', [a1, a0, a2]],
      ['the tail of the original at its own place', 0, [a1, a2]],
      ['the original at another revision', 1, [a0, a1, a2]],
      ['what came after it at an earlier place', 'none', [b]],
    ] satisfies [string, ExpectedRevision, unknown][])('%s is a conflict', async (_, expected, list) => {
      await store().append('run-1', 'none', [a0, a1, a2]);
      await store().append('run-1', 2, [b]);
      await expect(store().append('run-1', expected, list)).rejects.toThrow(WrongExpectedRevisionError);
      expect((await everything(store().readAll())).map(nameOf)).toEqual(['a/0', 'a/1', 'a/2', 'b']);
    });

    it('the same ids on another stream are an append of its own', async () => {
      await store().append('run-1', 'none', [a0]);
      expect(await store().append('run-2', 'none', [a0])).toMatchObject({ revision: 0 });
      expect(await everything(store().readAll())).toHaveLength(2);
    });
  });
}
