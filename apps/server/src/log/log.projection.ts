import { Injectable } from '@nestjs/common';
import { logDecider, type LogState } from '#domain/server/log.decider';
import type { LogEvent } from '#events/server.events';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';
import { LOG_STREAM } from '../servers/server.aggregate.js';

/** The log's own id and epoch. */
@Injectable()
export class LogProjection implements Projection {
  private current: LogState = logDecider.initialState;

  apply({ event, recorded }: FoldedEvent): void {
    if (recorded.stream === LOG_STREAM) this.current = logDecider.evolve(this.current, event as LogEvent, recorded.metadata);
  }

  get state(): LogState {
    return this.current;
  }
}
