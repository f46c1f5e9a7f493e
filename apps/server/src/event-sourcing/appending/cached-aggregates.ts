import { Inject, Injectable } from '@nestjs/common';
import type { DomainEvent } from '#events/catalogue';
import type { EventStore } from '#event-store/event-store.port';
import { EVENT_STORE } from '../event-store.token.js';
import { type EventSourcedAggregate, placeOf } from '../event-sourced.aggregate.js';
import type { FoldedEvent, Projection } from '../projection.js';

export type AnyAggregate = EventSourcedAggregate<unknown, never, DomainEvent>;

/** Open runs far exceed what a server works on at once; a folded aggregate is a few KiB. */
const MOST = 20_000;
const LEFT_AFTER_FORGETTING = 18_000;

/**
 * Folded aggregates, the least recently used forgotten first. Where other servers append too, what they appended is folded into them as this server sees
 * it, so that none is older than the projections that a command was checked against.
 */
@Injectable()
export class CachedAggregates implements Projection {
  private readonly cache = new Map<string, AnyAggregate>();
  /** By stream, the command that is being decided and appended. */
  private readonly underway = new Map<string, string>();
  private readonly isShared: boolean;

  constructor(@Inject(EVENT_STORE) { presence }: EventStore) {
    this.isShared = presence !== undefined;
  }

  /** Comes before whatever a command is checked against. */
  apply({ event, recorded }: FoldedEvent): void {
    if (!this.isShared) return;
    const { stream, revision, metadata } = recorded;
    const aggregate = this.cache.get(stream);
    const stands = aggregate?.place?.revision ?? -1;
    if (aggregate === undefined || revision <= stands) return;
    const commandId = this.underway.get(stream);
    // Its own append is about to say so; somebody else's makes that append fail.
    if (commandId === metadata.commandId) return;
    if (commandId !== undefined || revision > stands + 1) this.cache.delete(stream);
    else this.fold(aggregate, { event, recorded });
  }

  get(stream: string): AnyAggregate | undefined {
    return this.cache.get(stream);
  }

  /** As the one that was used last. */
  keep(aggregate: AnyAggregate): void {
    this.cache.delete(aggregate.stream);
    this.cache.set(aggregate.stream, aggregate);
    if (this.cache.size > MOST) this.forgetOldest();
  }

  forget(stream: string): void {
    this.cache.delete(stream);
  }

  /** While `work` decides and appends under this command, its aggregate is nobody else's to change. */
  async whileUsed<Result>(stream: string, commandId: string, work: () => Promise<Result>): Promise<Result> {
    this.underway.set(stream, commandId);
    try {
      return await work();
    } finally {
      this.underway.delete(stream);
    }
  }

  /** Many at a time: the way to the oldest one passes the holes that all those left which were used since. */
  private forgetOldest(): void {
    for (const stream of this.cache.keys()) {
      if (this.cache.size <= LEFT_AFTER_FORGETTING) return;
      this.cache.delete(stream);
    }
  }

  private fold(aggregate: AnyAggregate, { event, recorded }: FoldedEvent): void {
    try {
      aggregate.replay({ event, metadata: recorded.metadata }, placeOf(recorded));
    } catch {
      // A history that cannot be: whoever needs it reads it again, and is told.
      this.cache.delete(aggregate.stream);
    }
  }
}
