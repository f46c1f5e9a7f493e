import type { Appended, EventStore } from '../event-store.port.js';
import type { PlannedAppend } from '../movable-event-store.port.js';

/** `appendInOrder` where a store has no better way: each append begins when the one before it is durable. */
export async function appendOneByOne(store: EventStore, appends: readonly PlannedAppend[]): Promise<readonly Appended[]> {
  const appended: Appended[] = [];
  for (const { stream, expected, events } of appends) appended.push(await store.append(stream, expected, events));
  return appended;
}
