import { StoreUnavailableError, WrongExpectedRevisionError } from '../src/event-store.errors.js';
import type { EventStore } from '../src/event-store.port.js';
import { changeLater, event, events, everything, nameOf, namesIn } from '../test-support/facts.js';

export function appendingContract(store: () => EventStore): void {
  describe('appending', () => {
    it('numbers a stream from 0 and answers the place of the last event', async () => {
      const first = await store().append('run-1', 'none', events('a', 3));
      const second = await store().append('run-1', 2, events('b', 2));
      expect([first.revision, second.revision]).toEqual([2, 4]);
      expect(second.position > first.position).toBe(true);
      expect(await store().head()).toBe(second.position);
    });

    it('gives back every field as it came', async () => {
      const told = event('told', { type: 'Told', schemaVersion: 3, data: { text: 'é 記録 "quoted" \u0000 \u2028', none: null, list: [1, [2.5]] } });
      const other = event('other', { data: 7, metadata: { ...told.metadata, reason: 'because', actor: { kind: 'operator', id: 'ann', tokenId: 't1' } } });
      const { position } = await store().append('run-1', 'none', [told, other]);
      const [first, second] = await everything(store().readAll());
      expect(first).toEqual({ ...told, stream: 'run-1', revision: 0, position: expect.any(BigInt) });
      expect(second).toEqual({ ...other, stream: 'run-1', revision: 1, position });
    });

    it('keeps what the caller had when it called, not what it did to its objects afterwards', async () => {
      const data = { name: 'before' };
      const appended = store().append('run-1', 'none', [event('kept', { data })]);
      changeLater(() => (data.name = 'after'));
      await appended;
      expect(await namesIn(store(), 'run-1')).toEqual(['before']);
    });

    it.each([['none', 1], [0, 1], [2, 1], [7, 1]] as const)('refuses an append at %s when the stream stands at %s', async (expected, stands) => {
      await store().append('run-1', 'none', events('a', 2));
      const refusal = store().append('run-1', expected, [event('b')]);
      await expect(refusal).rejects.toThrow(WrongExpectedRevisionError);
      await expect(refusal).rejects.toMatchObject({ stream: 'run-1', expected, actual: stands });
      expect(await namesIn(store(), 'run-1')).toEqual(['a/0', 'a/1']);
    });

    it('refuses a revision for a stream without events', async () => {
      await expect(store().append('run-1', 0, [event('a')])).rejects.toMatchObject({ name: 'WrongExpectedRevisionError', actual: 'none' });
      expect(await store().head()).toBeUndefined();
    });

    it('lets exactly one of 64 racing writers win each revision', async () => {
      const winners: string[] = [];
      const write = async (writer: number): Promise<void> => {
        for (let revision = 0; revision < 8; revision += 1) {
          const name = `writer ${writer} at ${revision}`;
          await store().append('run-1', revision === 0 ? 'none' : revision - 1, [event(name)]).then(
            () => winners.push(name),
            (error: unknown) => expect(error).toBeInstanceOf(WrongExpectedRevisionError),
          );
        }
      };
      await Promise.all(Array.from({ length: 64 }, (_, writer) => write(writer)));
      expect(winners).toHaveLength(8);
      expect(await namesIn(store(), 'run-1')).toEqual(winners);
    });

    it('lets two appends of one moment build on each other', async () => {
      const [first, second] = await Promise.all([
        store().append('run-1', 'none', [event('a')]),
        store().append('run-1', 0, [event('b')]),
      ]);
      expect([first.revision, second.revision]).toEqual([0, 1]);
      expect(second.position > first.position).toBe(true);
    });

    it('leaves the neighbours of a conflict unharmed', async () => {
      const settled = await Promise.allSettled([
        store().append('run-1', 'none', [event('a')]),
        store().append('run-1', 'none', [event('too late')]),
        store().append('run-2', 5, [event('nowhere')]),
        store().append('run-3', 'none', [event('b')]),
        store().append('run-1', 0, [event('c')]),
      ]);
      expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled']);
      expect((await everything(store().readAll())).map(nameOf).sort()).toEqual(['a', 'b', 'c']);
    });

    it('keeps apart streams whose names differ only in case', async () => {
      await store().append('run-a', 'none', [event('small')]);
      await store().append('run-A', 'none', [event('large')]);
      expect(await namesIn(store(), 'run-A')).toEqual(['large']);
    });
  });

  describe('an empty append', () => {
    it('answers where the stream stands', async () => {
      const written = await store().append('run-1', 'none', events('a', 3));
      expect(await store().append('run-1', 2, [])).toEqual(written);
    });

    it('answers for a stream without events that it stands before all', async () => {
      await store().append('other', 'none', [event('a')]);
      expect(await store().append('run-1', 'none', [])).toEqual({ revision: -1, position: 0n });
    });

    it('is a conflict when the stream stands elsewhere, and writes nothing', async () => {
      const { position } = await store().append('run-1', 'none', events('a', 3));
      await expect(store().append('run-1', 1, [])).rejects.toThrow(WrongExpectedRevisionError);
      await expect(store().append('run-1', 'none', [])).rejects.toThrow(WrongExpectedRevisionError);
      await expect(store().append('run-2', 0, [])).rejects.toThrow(WrongExpectedRevisionError);
      expect(await store().head()).toBe(position);
    });
  });

  describe('closing', () => {
    it('lets appends under way finish and refuses later ones', async () => {
      const underWay = [store().append('run-1', 'none', [event('a')]), store().append('run-2', 'none', [event('b')])];
      const closed = store().close();
      await expect(store().append('run-3', 'none', [event('c')])).rejects.toThrow(StoreUnavailableError);
      expect((await Promise.all(underWay)).map(({ revision }) => revision)).toEqual([0, 0]);
      await closed;
    });

    it('may be done twice, and refuses every question afterwards', async () => {
      await Promise.all([store().close(), store().close()]);
      await store().close();
      await expect(store().head()).rejects.toThrow(StoreUnavailableError);
      await expect(everything(store().readAll())).rejects.toThrow(StoreUnavailableError);
      await expect(namesIn(store(), 'run-1')).rejects.toThrow(StoreUnavailableError);
    });
  });
}
