import type { JobnetEvent } from '#events/jobnet.events';
import { type JobnetCommand, jobnetDecider, type JobnetState } from '#domain/jobnet/jobnet.decider';
import { EventSourcedAggregate } from '../event-sourcing/event-sourced.aggregate.js';

export class JobnetAggregate extends EventSourcedAggregate<JobnetState, JobnetCommand, JobnetEvent> {
  constructor(id: string) {
    super(jobnetStream(id), jobnetDecider);
  }
}

export function jobnetStream(id: string): string {
  return `jobnet-${id}`;
}
