import type { Receipt } from '#events/agent.events';
import type { EventStore, RecordedEvent } from '#event-store/event-store.port';

/** Whether just this event stands at just this position: after a restore another one may, or none yet. */
export async function holdsEvent(store: EventStore, { position, eventId }: Receipt): Promise<boolean> {
  return (await eventAt(store, position))?.id === eventId;
}

/** Whether at this position stands something that an agent of this name can have been served up to: a dispatch to it, or where it began anew. */
export async function holdsWhatServed(store: EventStore, name: string, position: string): Promise<boolean> {
  const event = await eventAt(store, position);
  return event !== undefined && (event.stream === `agent-${name}` || (event.data as { readonly agent?: unknown }).agent === name);
}

async function eventAt(store: EventStore, position: string): Promise<RecordedEvent | undefined> {
  for await (const [event] of store.readAll(BigInt(position) - 1n)) return event?.position === BigInt(position) ? event : undefined;
  return undefined;
}
