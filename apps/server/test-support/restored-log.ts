import type { Position } from '#event-store/event-store.port';
import { InMemoryEventStore } from '#event-store/in-memory.event-store';
import type { WallClock } from '../src/event-sourcing/wall-clock.js';
import { MoodyEventStore } from './moody.event-store.js';
import { ServerUnderTest } from './server-under-test.js';

/** The server is stopped, its log put back to a copy that ends at a position, and started again. */
export async function restoredTo(server: ServerUnderTest, position: Position, clock?: WallClock): Promise<ServerUnderTest> {
  await server.halt();
  const log = new InMemoryEventStore();
  for await (const batch of server.store.readAll()) {
    for (const { stream, revision, position: at, id, type, schemaVersion, data, metadata } of batch) {
      if (at <= position) await log.append(stream, revision === 0 ? 'none' : revision - 1, [{ id, type, schemaVersion, data, metadata }]);
    }
  }
  return ServerUnderTest.start(new MoodyEventStore(log), server.data, 30, clock);
}
