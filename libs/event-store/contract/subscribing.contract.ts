import type { EventStore, RecordedEvent } from '../src/event-store.port.js';
import { appendOneByOne, changeLater, event, everything, events, nameOf, until } from '../test-support/facts.js';

export function subscribingContract(store: () => EventStore): void {
  describe('subscribing', () => {
    it('begins after a position and goes on with what comes', async () => {
      await store().append('run-1', 'none', events('a', 3));
      const [, second] = await everything(store().readAll());
      const seen = until(store(), { after: second!.position, isEnough: ({ length }) => length === 3 });
      await store().append('run-2', 'none', events('b', 2));
      expect((await seen).map(nameOf)).toEqual(['a/2', 'b/0', 'b/1']);
    });

    it('has neither gap nor double across the switch from old to live, while writers append', async () => {
      const names = (writer: number, part: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${part} ${writer}/${index}`);
      const writers = Array.from({ length: 8 }, (_, writer) => writer);
      await Promise.all(writers.map((writer) => appendOneByOne(store(), `run-${writer}`, names(writer, 'old', 100))));
      const total = 8 * 300;
      const readers = Promise.all([1, 2, 3].map(() => until(store(), { isEnough: ({ length }) => length >= total })));
      await Promise.all(writers.map((writer) => appendOneByOne(store(), `run-${writer}`, names(writer, 'new', 200), 99)));
      const all = await everything(store().readAll());
      expect(all).toHaveLength(total);
      for (const seen of await readers) expect(seen.map(nameOf)).toEqual(all.map(nameOf));
    });

    it('wakes for an append that comes while it waits', async () => {
      const subscription = store().subscribe()[Symbol.asyncIterator]();
      for (const name of ['a', 'b', 'c']) {
        const next = subscription.next();
        await store().append(`run-${name}`, 'none', [event(name)]);
        expect((await next).value?.map(nameOf)).toEqual([name]);
      }
    });

    it('gives what was appended, whatever its caller does with it afterwards', async () => {
      const subscription = store().subscribe()[Symbol.asyncIterator]();
      const data = { name: 'a', nested: { list: [1] }, at: new Date(0), absent: undefined };
      const next = subscription.next();
      await store().append('run-1', 'none', [event('a', { data })]);
      changeLater(() => (data.name = 'b'));
      changeLater(() => data.nested.list.push(2));
      const [seen] = (await next).value ?? [];
      const [read] = await everything(store().readAll());
      expect(seen).toEqual(read);
      expect(seen?.data).toEqual({ name: 'a', nested: { list: [1] }, at: '1970-01-01T00:00:00.000Z' });
    });

    it('leaves what was not asked for in the log', async () => {
      const subscription = store().subscribe()[Symbol.asyncIterator]();
      await store().append('run-1', 'none', [event('a')]);
      await subscription.next();
      await appendOneByOne(store(), 'run-2', ['b', 'c', 'd']);
      expect((await subscription.next()).value?.map(nameOf)).toEqual(['b', 'c', 'd']);
    });

    it('passes only what its filter lets through', async () => {
      const enough = new AbortController();
      const seen: RecordedEvent[] = [];
      const reading = (async () => {
        for await (const batch of store().subscribe(undefined, { filter: { streamPrefixes: ['run-'], types: ['Told'] }, signal: enough.signal })) {
          expect(batch.length).toBeGreaterThan(0);
          seen.push(...batch);
          if (nameOf(batch.at(-1)!) === 'last') enough.abort();
        }
      })();
      await store().append('run-1', 'none', [event('a'), event('b', { type: 'Told' })]);
      await store().append('agent-1', 'none', [event('c', { type: 'Told' })]);
      await store().append('run-1', 1, [event('last', { type: 'Told' })]);
      await reading;
      expect(seen.map(nameOf)).toEqual(['b', 'last']);
    });
  });

  describe('the end of a subscription', () => {
    it('comes without an error when the signal aborts, while it waits', async () => {
      const stop = new AbortController();
      const next = store().subscribe(undefined, { signal: stop.signal })[Symbol.asyncIterator]().next();
      stop.abort();
      expect(await next).toEqual({ done: true, value: undefined });
    });

    it('comes at once when the signal was aborted before', async () => {
      await store().append('run-1', 'none', [event('a')]);
      expect(await everything(store().subscribe(undefined, { signal: AbortSignal.abort() }))).toEqual([]);
    });

    it('comes between two batches when the signal aborts there', async () => {
      await Promise.all(Array.from({ length: 4 }, (_, index) => store().append(`run-${index}`, 'none', events(`${index}`, 400))));
      const stop = new AbortController();
      let batches = 0;
      for await (const batch of store().subscribe(undefined, { signal: stop.signal })) {
        batches += batch.length > 0 ? 1 : 0;
        stop.abort();
      }
      expect(batches).toBe(1);
    });

    it('comes when the store closes, while it waits', async () => {
      const next = store().subscribe()[Symbol.asyncIterator]().next();
      await store().close();
      expect(await next).toEqual({ done: true, value: undefined });
    });
  });
}
