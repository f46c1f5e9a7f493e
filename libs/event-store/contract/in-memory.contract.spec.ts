import { InMemoryEventStore } from '../src/in-memory.event-store.js';
import { ALONE, eventStoreContract } from './event-store.contract.js';

eventStoreContract('InMemoryEventStore', async () => new InMemoryEventStore(), ALONE);
