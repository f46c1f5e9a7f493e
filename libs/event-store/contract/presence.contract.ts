import { InvalidAppendError } from '../src/event-store.errors.js';
import type { EventStore } from '../src/event-store.port.js';
import { openStore } from '../src/open-store.js';
import { event, everything, nameOf } from '../test-support/facts.js';
import type { StoreNature } from './event-store.contract.js';

/** A log that several processes have open tells each who else is there; one that a process has to itself has nothing to tell. */
export function presenceContract(store: () => EventStore, { sharedByProcesses }: StoreNature): void {
  describe('presence', () => {
    if (sharedByProcesses === false) {
      it('is none: nobody else can have this log open', () => expect(store().presence).toBeUndefined());
      return;
    }
    const presence = () => store().presence!;
    const heard = async (from = presence()) => Object.fromEntries(await from.heard());

    it('tells what was said last under each key, to everybody who has the log open', async () => {
      expect(await heard()).toEqual({});
      await presence().say('one', 'first');
      await presence().say('two.of_us-', 'é 記録 "quoted" \u2028');
      await presence().say('one', 'second');
      const other = await openStore(sharedByProcesses());
      expect(await heard(other.presence)).toEqual({ one: 'second', 'two.of_us-': 'é 記録 "quoted" \u2028' });
      await other.presence!.say('one', 'third');
      await other.close();
      expect(await heard()).toMatchObject({ one: 'third' });
    });

    it('is no part of the log', async () => {
      const { position } = await store().append('run-1', 'none', [event('a')]);
      for (let count = 0; count < 3; count += 1) await presence().say('one', String(count));
      expect(await store().head()).toBe(position);
      expect((await everything(store().readAll())).map(nameOf)).toEqual(['a']);
    });

    it('takes short words under plain keys only', async () => {
      for (const key of ['', 'a b', 'a/b', 'x'.repeat(101)]) await expect(presence().say(key, 'text')).rejects.toThrow(InvalidAppendError);
      await expect(presence().say('one', 'x'.repeat(4097))).rejects.toThrow(InvalidAppendError);
      await expect(presence().say('one', 'a\u0000b')).rejects.toThrow(InvalidAppendError);
      expect(await heard()).toEqual({});
    });
  });
}
