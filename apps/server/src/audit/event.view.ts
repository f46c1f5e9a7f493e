import type { RecordedEvent } from '#event-store/event-store.port';
import type { EventView } from '#protocol/api';

/** An event as the API shows it: flat, its position a decimal string, its data as it was recorded. */
export function eventView({ position, stream, revision, id, type, schemaVersion, data, metadata }: RecordedEvent): EventView {
  const { at, actor, reason, ticket, commandId, correlationId, causationId } = metadata;
  return {
    position: position.toString(), stream, revision, id, type, schemaVersion, at, actor,
    ...(reason === undefined ? {} : { reason }), ...(ticket === undefined ? {} : { ticket }),
    commandId, correlationId, causationId, data,
  };
}
