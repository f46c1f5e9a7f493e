import { Injectable } from '@nestjs/common';
import type { JobnetView } from '#protocol/api';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';

/** The newest version of every jobnet, in the order in which they were first defined. */
@Injectable()
export class JobnetsProjection implements Projection {
  private readonly jobnets = new Map<string, JobnetView>();

  apply({ event, recorded: { revision, metadata } }: FoldedEvent): void {
    if (event.type !== 'JobnetDefined' && event.type !== 'JobnetRevised') return;
    const { version, definition } = event.data;
    this.jobnets.set(definition.jobnet, { jobnet: definition.jobnet, version, revision, definition, definedAt: metadata.at, definedBy: metadata.actor });
  }

  find(id: string): JobnetView | undefined {
    return this.jobnets.get(id);
  }

  all(): Iterable<JobnetView> {
    return this.jobnets.values();
  }
}
