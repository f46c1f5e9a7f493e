import type { Receipt } from '#events/agent.events';
import type { EventStore } from '#event-store/event-store.port';

/** Whether just this event stands at just this position: after a restore another one may, or none yet. */
export async function holdsEvent(store: EventStore, { position, eventId }: Receipt): Promise<boolean> {
  for await (const [event] of store.readAll(BigInt(position) - 1n)) return event?.position === BigInt(position) && event.id === eventId;
  return false;
}
