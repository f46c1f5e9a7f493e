import { type LeaseCommand, leaseDecider, type LeaseState } from '#domain/server/lease.decider';
import { type LogCommand, logDecider, type LogState } from '#domain/server/log.decider';
import type { LeaseEvent, LogEvent, ServerEvent } from '#events/server.events';
import { type ServerCommand, serverDecider, type ServerLife } from '#domain/server/server.decider';
import { EventSourcedAggregate } from '../event-sourcing/event-sourced.aggregate.js';

export class ServerAggregate extends EventSourcedAggregate<ServerLife, ServerCommand, ServerEvent> {
  constructor(server: string) {
    super(`server-${server}`, serverDecider);
  }
}

/** The one stream about the log itself. */
export const LOG_STREAM = 'log-kiroku';

export class LogAggregate extends EventSourcedAggregate<LogState, LogCommand, LogEvent> {
  constructor() {
    super(LOG_STREAM, logDecider);
  }
}

/** The one stream that says who lets pass what time brings. */
export const LEASE_STREAM = 'lease-clock';

export class LeaseAggregate extends EventSourcedAggregate<LeaseState, LeaseCommand, LeaseEvent> {
  constructor() {
    super(LEASE_STREAM, leaseDecider);
  }
}
