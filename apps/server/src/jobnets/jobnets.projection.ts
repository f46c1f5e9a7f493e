import { Injectable } from '@nestjs/common';
import type { JobnetEvent } from '#events/jobnet.events';
import type { Actor, Instant } from '#events/vocabulary';
import { jobnetDecider, type JobnetState } from '#domain/jobnet/jobnet.decider';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';

export interface TrackedJobnet {
  readonly jobnet: string;
  readonly state: JobnetState;
  /** Of its stream. */
  readonly revision: number;
  /** Of the current version. */
  readonly definedAt: Instant;
  readonly definedBy: Actor;
}

/** Every jobnet as it stands, in its newest version, in the order in which they were first defined. */
@Injectable()
export class JobnetsProjection implements Projection {
  private readonly jobnets = new Map<string, TrackedJobnet>();

  apply({ event, recorded: { stream, revision, metadata } }: FoldedEvent): void {
    if (!stream.startsWith('jobnet-')) return;
    const jobnet = stream.slice('jobnet-'.length);
    const before = this.jobnets.get(jobnet);
    const state = jobnetDecider.evolve(before?.state ?? jobnetDecider.initialState, event as JobnetEvent, metadata);
    const defined = before === undefined || before.state.version !== state.version ? { definedAt: metadata.at, definedBy: metadata.actor } : before;
    this.jobnets.set(jobnet, { jobnet, state, revision, definedAt: defined.definedAt, definedBy: defined.definedBy });
  }

  find(id: string): TrackedJobnet | undefined {
    return this.jobnets.get(id);
  }

  /** The retired ones too. */
  all(): Iterable<TrackedJobnet> {
    return this.jobnets.values();
  }
}
