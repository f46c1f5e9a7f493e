import type { EventStore } from '../src/event-store.port.js';
import { children } from '../test-support/children.js';
import { everything, nameOf, until } from '../test-support/facts.js';
import type { StoreNature } from './event-store.contract.js';

const APPENDS = 150;

/** Two processes append, each to its own stream and both to one; a third and this one follow from the start. */
export function processesContract(store: () => EventStore, { sharedByProcesses }: StoreNature): void {
  if (sharedByProcesses === false) return;
  describe('several processes on one log', () => {
    const start = children();

    it('see the same order, without gap or double, whoever appends', async () => {
      const url = sharedByProcesses();
      const total = 2 * 2 * APPENDS;
      const here = until(store(), { isEnough: ({ length }) => length >= total });
      const reader = start('sharing.child', url, 'read', String(total));
      const writers = ['ann', 'bob'].map((name) => start('sharing.child', url, 'append', name, String(APPENDS)));
      for (const writer of writers) await writer.line((line) => line === 'done');
      await reader.line((line) => line === 'done');

      const all = (await everything(store().readAll())).map((recorded) => `${recorded.position} ${recorded.stream} ${recorded.revision} ${nameOf(recorded)}`);
      const expected = ['ann', 'bob'].flatMap((name) => Array.from({ length: APPENDS }, (_, index) => [`${name}/own/${index}`, `${name}/shared/${index}`]).flat());
      expect(all.map((line) => line.split(' ')[3]).sort()).toEqual(expected.sort());
      expect(reader.lines.filter((line) => line !== 'done')).toEqual(all);
      expect((await here).map((recorded) => `${recorded.position} ${recorded.stream} ${recorded.revision} ${nameOf(recorded)}`)).toEqual(all);
    }, 60_000);
  });
}
