import { Injectable } from '@nestjs/common';
import type { ServerEvent } from '#events/server.events';
import type { Instant } from '#events/vocabulary';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';

/** What the log says of one server: its newest process, and whether that serves. */
export interface TrackedServer {
  readonly server: string;
  readonly life?: string | undefined;
  readonly version: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: Instant;
  readonly state: 'serving' | 'silent' | 'stopped';
  /** Of that state. */
  readonly since: Instant;
  /** Why it is silent or stopped. */
  readonly reason?: string;
}

/** Every server that has ever been started on this log. */
@Injectable()
export class ServersProjection implements Projection {
  private readonly servers = new Map<string, TrackedServer>();

  apply({ event, recorded: { stream, metadata: { at } } }: FoldedEvent): void {
    if (!stream.startsWith('server-')) return;
    const server = stream.slice('server-'.length);
    const after = trackedAfter(this.servers.get(server), event as ServerEvent, at);
    if (after !== undefined) this.servers.set(server, after);
  }

  find(server: string): TrackedServer | undefined {
    return this.servers.get(server);
  }

  /** Whether this process of the server serves, as far as the log knows. */
  isServing(server: string, life: string): boolean {
    const tracked = this.servers.get(server);
    return tracked?.state === 'serving' && tracked.life === life;
  }

  all(): Iterable<TrackedServer> {
    return this.servers.values();
  }
}

function trackedAfter(before: TrackedServer | undefined, event: ServerEvent, at: Instant): TrackedServer | undefined {
  if (event.type === 'ServerStarted') {
    const { server, life, version, host, pid } = event.data;
    return { server, life, version, host, pid, startedAt: at, state: 'serving', since: at };
  }
  if (before === undefined) return undefined;
  const { reason: _over, ...facts } = before;
  switch (event.type) {
    case 'ServerStopped': return { ...facts, state: 'stopped', since: at, reason: event.data.reason };
    case 'ServerContactLost': return { ...facts, state: 'silent', since: at, reason: event.data.reason };
    case 'ServerReturned': return { ...facts, state: 'serving', since: at };
  }
}
