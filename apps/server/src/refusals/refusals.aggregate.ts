import type { RefusalEvent } from '#events/refusal.events';
import { type RefusalCommand, refusalDecider, type RefusalState } from '#domain/refusal/refusal.decider';
import { EventSourcedAggregate } from '../event-sourcing/event-sourced.aggregate.js';

export class RefusalsAggregate extends EventSourcedAggregate<RefusalState, RefusalCommand & { readonly commandId: string }, RefusalEvent> {
  constructor(source: string) {
    super(`refusals-${source}`, refusalDecider);
  }
}
