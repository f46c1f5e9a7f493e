import type { LogEvent, ServerEvent } from '#events/server.events';
import { logDecider, type ServerCommand, serverDecider, type ServerLife } from '#domain/server/server.decider';
import { EventSourcedAggregate } from '../event-sourcing/event-sourced.aggregate.js';

export class ServerAggregate extends EventSourcedAggregate<ServerLife, ServerCommand, ServerEvent> {
  constructor(server: string) {
    super(`server-${server}`, serverDecider);
  }
}

export class LogAggregate extends EventSourcedAggregate<{ readonly logId?: string }, { readonly type: 'CreateLog'; readonly logId: string }, LogEvent> {
  constructor() {
    super('log-kiroku', logDecider);
  }
}
