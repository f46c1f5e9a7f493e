import { InMemoryEventStore } from '../src/in-memory.event-store.js';
import { eventStoreContract } from './event-store.contract.js';

eventStoreContract('InMemoryEventStore', async () => new InMemoryEventStore());
