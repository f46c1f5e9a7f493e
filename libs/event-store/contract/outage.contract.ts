import { StoreUnavailableError } from '../src/event-store.errors.js';
import type { Appended, EventStore, ExpectedRevision } from '../src/event-store.port.js';
import { event, everything, nameOf, namesIn, until } from '../test-support/facts.js';
import type { Heal, StoreNature } from './event-store.contract.js';

/** An outage is no error of anybody here: it is said, nothing is lost or doubled by it, and it heals by itself. */
export function outageContract(store: () => EventStore, { cutOff, freeze }: StoreNature): void {
  let heal: Heal | undefined;
  const begin = async (outage: () => Promise<Heal>): Promise<void> => {
    heal = await outage();
  };
  const end = async (): Promise<void> => {
    const healing = heal;
    heal = undefined;
    await healing?.();
  };
  afterEach(end);

  const outages = [['that is cut off', cutOff], ['that takes calls and answers none', freeze]] as const;
  for (const [what, outage] of outages) {
    if (outage === false) continue;
    describe(`a log ${what}`, () => {
      const strike = (): Promise<void> => begin(outage);

      it('is unavailable, for every question, and there again afterwards', async () => {
        await store().append('run-1', 'none', [event('a')]);
        await strike();
        const refused = [store().append('run-1', 0, [event('b')]), store().head(), everything(store().readAll()), namesIn(store(), 'run-1')];
        for (const { status, reason } of await Promise.allSettled(refused) as PromiseRejectedResult[]) {
          expect({ status, reason }).toEqual({ status: 'rejected', reason: expect.any(StoreUnavailableError) });
        }
        await end();
        expect(await stubbornly(() => store().append('run-1', 0, [event('b')]))).toMatchObject({ revision: 1 });
        expect(await namesIn(store(), 'run-1')).toEqual(['a', 'b']);
      }, 60_000);

      it('keeps no subscription from ending when its signal aborts', async () => {
        const stop = new AbortController();
        const subscription = store().subscribe(undefined, { signal: stop.signal })[Symbol.asyncIterator]();
        await store().append('run-1', 'none', [event('a')]);
        await subscription.next();
        const next = subscription.next();
        await strike();
        stop.abort();
        expect(await next).toEqual({ done: true, value: undefined });
      }, 60_000);

      it('keeps no store from closing', async () => {
        const subscription = store().subscribe()[Symbol.asyncIterator]();
        await store().append('run-1', 'none', [event('a')]);
        await subscription.next();
        const next = subscription.next();
        await strike();
        const underWay = store().append('run-1', 0, [event('b')]).catch((error: unknown) => error);
        await store().close();
        expect(await next).toEqual({ done: true, value: undefined });
        expect(await underWay).toBeInstanceOf(StoreUnavailableError);
      }, 60_000);

      it('loses and doubles nothing when that happens in the middle of appends, and its subscribers miss nothing', async () => {
        const total = 8 * 60;
        const acknowledged = new Map<string, Appended>();
        const seen = until(store(), { isEnough: ({ length }) => length >= total });
        const struck = new AbortController();
        const write = async (writer: number): Promise<void> => {
          let expected: ExpectedRevision = 'none';
          for (let index = 0; index < 60; index += 1) {
            const name = `${writer}/${index}`;
            const appended: Appended = await stubbornly(() => store().append(`run-${writer}`, expected, [event(name)]));
            acknowledged.set(name, appended);
            expected = appended.revision;
            if (acknowledged.size === total / 4) struck.abort();
          }
        };
        const writing = Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
        const healed = new Promise<void>((resolve, reject) => {
          struck.signal.addEventListener('abort', () => void strike().then(end).then(resolve, reject));
        });
        await Promise.all([writing, healed]);
        const all = await everything(store().readAll());
        expect(all.map(nameOf).sort()).toEqual([...acknowledged.keys()].sort());
        for (const recorded of all) expect(acknowledged.get(nameOf(recorded))).toEqual({ revision: recorded.revision, position: recorded.position });
        expect((await seen).map(nameOf)).toEqual(all.map(nameOf));
      }, 60_000);
    });
  }
}

/** What whoever hears "unavailable" does: the same once more. */
async function stubbornly(append: () => Promise<Appended>): Promise<Appended> {
  for (;;) {
    try {
      return await append();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
    }
  }
}
