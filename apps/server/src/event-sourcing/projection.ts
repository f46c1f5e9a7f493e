import type { DomainEvent } from '#events/catalogue';
import type { RecordedEvent } from '#event-store/event-store.port';

/** A recorded event, brought to the version that this build folds. */
export interface FoldedEvent<Event = DomainEvent> {
  readonly event: Event;
  readonly recorded: RecordedEvent;
}

/** A view that is folded from the log and from nothing else. `apply` is synchronous and sees every event once, in log order. */
export interface Projection {
  apply(folded: FoldedEvent): void;
}

/** All projections, in the order in which an event passes them. */
export const PROJECTIONS = Symbol('Projections');
