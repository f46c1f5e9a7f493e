import type { EventStore } from '../src/event-store.port.js';
import { appendingContract } from './appending.contract.js';
import { limitsContract } from './limits.contract.js';
import { readingContract } from './reading.contract.js';
import { repeatsContract } from './repeats.contract.js';
import { subscribingContract } from './subscribing.contract.js';

/**
 * The one contract. Every adapter passes all of it; there are no dispensations.
 *
 * @param openEmpty opens a store of its own for each test, with nothing in it; the suite closes it
 */
export function eventStoreContract(adapter: string, openEmpty: () => Promise<EventStore>): void {
  describe(`the contract of an event store, kept by ${adapter}`, () => {
    let opened: EventStore;
    beforeEach(async () => {
      opened = await openEmpty();
    });
    afterEach(() => opened.close());

    const store = (): EventStore => opened;
    appendingContract(store);
    repeatsContract(store);
    limitsContract(store);
    readingContract(store);
    subscribingContract(store);
  });
}
