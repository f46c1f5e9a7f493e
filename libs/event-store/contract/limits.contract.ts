import { InvalidAppendError } from '../src/event-store.errors.js';
import type { EventStore, ExpectedRevision, NewEvent } from '../src/event-store.port.js';
import { MAX_BYTES_PER_APPEND, MAX_EVENTS_PER_APPEND } from '../src/event-store.port.js';
import { event, events, idOf } from '../test-support/facts.js';

const cycle: Record<string, unknown> = {};
cycle['self'] = cycle;

const noJson: readonly [string, unknown][] = [
  ['undefined', undefined],
  ['a function', () => 1],
  ['a symbol', Symbol('s')],
  ['a BigInt inside', { n: 1n }],
  ['a cycle', cycle],
  ['a function inside, which JSON would drop', { n: () => 1 }],
  ['NaN, which JSON would make null', { n: Number.NaN }],
  ['an array with undefined, which JSON would make null', [undefined]],
  ['a Map, which JSON would empty', { n: new Map([[1, 2]]) }],
];

const badCalls: readonly [string, string, ExpectedRevision, readonly NewEvent[]][] = [
  ['an id in upper case', 'run-1', 'none', [event('a', { id: idOf('a').toUpperCase() })]],
  ['an id that is no UUID', 'run-1', 'none', [event('a', { id: 'a1' })]],
  ['one id twice', 'run-1', 'none', [event('a'), event('b'), event('a')]],
  ['an event without a type', 'run-1', 'none', [event('a', { type: '' })]],
  ['an event without metadata', 'run-1', 'none', [event('a'), withoutMetadata(undefined)]],
  ['metadata that are null', 'run-1', 'none', [withoutMetadata(null)]],
  ['metadata that are a text', 'run-1', 'none', [withoutMetadata('by ann')]],
  ['metadata that hold a BigInt', 'run-1', 'none', [withoutMetadata({ at: 1n })]],
  ['a schema version of 0', 'run-1', 'none', [event('a', { schemaVersion: 0 })]],
  ['a stream without a name', '', 'none', [event('a')]],
  ['a stream name with a space', 'run 1', 'none', [event('a')]],
  ['a stream name with half a character', 'run-\ud800', 'none', [event('a')]],
  ['a negative revision', 'run-1', -1, [event('a')]],
  ['half a revision', 'run-1', 0.5, [event('a')]],
];

function withoutMetadata(instead: unknown): NewEvent {
  return event('b', { metadata: instead as NewEvent['metadata'] });
}

export function limitsContract(store: () => EventStore): void {
  describe('an append that could never be written', () => {
    afterEach(async () => expect(await store().head()).toBeUndefined());

    it.each(noJson)('is refused for data that is %s', async (_, data) => {
      await expect(store().append('run-1', 'none', [event('fine'), event('bad', { data })])).rejects.toThrow(InvalidAppendError);
    });

    it.each(badCalls)('is refused for %s', async (_, stream, expected, list) => {
      await expect(store().append(stream, expected, list)).rejects.toThrow(InvalidAppendError);
    });

    it(`is refused for more than ${MAX_EVENTS_PER_APPEND} events`, async () => {
      await expect(store().append('run-1', 'none', events('a', MAX_EVENTS_PER_APPEND + 1))).rejects.toThrow(InvalidAppendError);
    });

    it(`is refused for more than ${MAX_BYTES_PER_APPEND} bytes, metadata counted with each event`, async () => {
      const metadataBytes = Buffer.byteLength(JSON.stringify(event('a').metadata));
      const tooMuch = [event('a', { data: 'x'.repeat(MAX_BYTES_PER_APPEND - 2 - metadataBytes + 1) })];
      await expect(store().append('run-1', 'none', tooMuch)).rejects.toThrow(InvalidAppendError);
    });

    it('is refused for too many bytes in few characters', async () => {
      await expect(store().append('run-1', 'none', [event('a', { data: '記'.repeat(200_000) })])).rejects.toThrow(InvalidAppendError);
    });
  });

  describe('an append at the limit', () => {
    it(`holds ${MAX_EVENTS_PER_APPEND} events`, async () => {
      expect(await store().append('run-1', 'none', events('a', MAX_EVENTS_PER_APPEND))).toMatchObject({ revision: MAX_EVENTS_PER_APPEND - 1 });
    });

    it(`holds ${MAX_BYTES_PER_APPEND} bytes`, async () => {
      const metadataBytes = Buffer.byteLength(JSON.stringify(event('a').metadata));
      const data = 'x'.repeat(MAX_BYTES_PER_APPEND - 2 - metadataBytes);
      await store().append('run-1', 'none', [event('a', { data })]);
      for await (const recorded of store().read('run-1')) expect(recorded.data === data).toBe(true);
    });

    it('takes a property that is undefined for one that is absent', async () => {
      await store().append('run-1', 'none', [event('a', { data: { here: 1, gone: undefined } })]);
      for await (const { data } of store().read('run-1')) expect(data).toStrictEqual({ here: 1 });
    });
  });
}
