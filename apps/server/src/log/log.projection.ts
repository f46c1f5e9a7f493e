import { Injectable } from '@nestjs/common';
import { logDecider, type LogState } from '#domain/server/log.decider';
import { formats } from '#events/formats';
import type { LogEvent } from '#events/server.events';
import { UnknownEventError } from '#events/upcast';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';
import { LOG_STREAM } from '../servers/server.aggregate.js';

/** The log's own id and epoch. */
@Injectable()
export class LogProjection implements Projection {
  private current: LogState = logDecider.initialState;

  apply({ event, recorded }: FoldedEvent): void {
    if (recorded.stream !== LOG_STREAM) return;
    this.current = logDecider.evolve(this.current, event as LogEvent, recorded.metadata);
    const { format } = this.current;
    if (format > formats.newest) throw new UnknownEventError(`this log is of format ${format}, and this build reads up to ${formats.newest}: it was raised for a later version of Kiroku`);
  }

  get state(): LogState {
    return this.current;
  }
}
