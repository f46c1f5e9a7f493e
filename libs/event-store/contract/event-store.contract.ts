import type { EventStore } from '../src/event-store.port.js';
import { appendingContract } from './appending.contract.js';
import { limitsContract } from './limits.contract.js';
import { outageContract } from './outage.contract.js';
import { presenceContract } from './presence.contract.js';
import { processesContract } from './processes.contract.js';
import { readingContract } from './reading.contract.js';
import { repeatsContract } from './repeats.contract.js';
import { subscribingContract } from './subscribing.contract.js';

/** Ends what it was given for. */
export type Heal = () => Promise<void>;

/** Not what an adapter is let off, but what there is to be tried on it: a log in this process cannot be cut off from it. */
export interface StoreNature {
  /** Where another process can open the log of the running test at the same time: what `openStore` takes. */
  readonly sharedByProcesses: false | (() => string);
  /** Where the log can be taken away: does it. No call goes through until it is healed. */
  readonly cutOff: false | (() => Promise<Heal>);
  /** Where the log can be made to take calls and answer none: does it. */
  readonly freeze: false | (() => Promise<Heal>);
}

/** The nature of a log that one process has to itself. */
export const ALONE: StoreNature = { sharedByProcesses: false, cutOff: false, freeze: false };

/**
 * The one contract. Every adapter passes all of it; there are no dispensations.
 *
 * @param openEmpty opens a store of its own for each test, with nothing in it; the suite closes it
 */
export function eventStoreContract(adapter: string, openEmpty: () => Promise<EventStore>, nature: StoreNature): void {
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
    outageContract(store, nature);
    processesContract(store, nature);
    presenceContract(store, nature);
  });
}
