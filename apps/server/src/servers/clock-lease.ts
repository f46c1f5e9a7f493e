import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { leaseDecider, type LeaseState } from '#domain/server/lease.decider';
import type { EventStore } from '#event-store/event-store.port';
import type { LeaseEvent } from '#events/server.events';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import { EVENT_STORE } from '../event-sourcing/event-store.token.js';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';
import { Reaction } from '../event-sourcing/reaction.js';
import { AgentsAhead } from '../log/agents-ahead.js';
import { TakeClockLease } from './commands/take-clock-lease.handler.js';
import { LEASE_STREAM } from './server.aggregate.js';
import { ServerIdentity } from './server-identity.js';
import { ServersProjection } from './servers.projection.js';

/**
 * Whether this server lets pass what time brings. With several of them on one log one is enough, and two do no harm: the lease only saves work. It is
 * held by a process and not for a time: until the log says that the process is over, or not heard of.
 */
@Injectable()
export class ClockLease implements Projection, OnApplicationShutdown {
  private readonly logger = new Logger(ClockLease.name);
  private lease: LeaseState = leaseDecider.initialState;
  private readonly taking = new Reaction(() => this.takeWhatIsFree(), (error) => this.logger.warn({ msg: 'the lease on the timers could not be taken; trying again', error: String(error) }));

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly servers: ServersProjection,
    private readonly ahead: AgentsAhead,
    private readonly identity: ServerIdentity,
    private readonly bus: CommandBus,
  ) {}

  start(): void {
    this.taking.start();
  }

  /** Comes after the servers. */
  apply({ event, recorded }: FoldedEvent): void {
    if (recorded.stream === LEASE_STREAM) this.lease = leaseDecider.evolve(this.lease, event as LeaseEvent, recorded.metadata);
    else if (!recorded.stream.startsWith('server-')) return;
    if (this.isFree) void this.taking.ask();
  }

  /**
   * Whether what is due is to be begun by this server now. By nobody while the log denies what an agent knows: it went back, what is due may have been
   * begun, and an operator has to say so first (design section 10.12).
   */
  get letsTimePass(): boolean {
    return this.isMine && !this.ahead.isWordAwaited;
  }

  /** Always, where nobody else can have the log open. */
  private get isMine(): boolean {
    if (this.store.presence === undefined) return true;
    const { holder } = this.lease;
    return holder?.server === this.identity.id && holder.life === this.identity.life;
  }

  /** The server that has it, while that process of it serves. Where only one can have the log open, that is this one. */
  get holder(): string | undefined {
    if (this.store.presence === undefined) return this.identity.id;
    const { holder } = this.lease;
    return holder !== undefined && this.servers.isServing(holder.server, holder.life) ? holder.server : undefined;
  }

  onApplicationShutdown(): void {
    this.taking.stop();
  }

  private get isFree(): boolean {
    return this.store.presence !== undefined && this.holder === undefined && this.servers.isServing(this.identity.id, this.identity.life);
  }

  private async takeWhatIsFree(): Promise<boolean> {
    if (!this.isFree) return false;
    const { id: server, life } = this.identity;
    const { written } = await this.bus.execute(new TakeClockLease({ server, life }, this.lease.holder, { commandId: newCommandId(), actor: this.identity.actor }));
    if (written > 0) this.logger.log('this server lets pass what time brings from now on');
    return false;
  }
}
