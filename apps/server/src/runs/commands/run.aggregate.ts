import type { RunEvent } from '#events/run.events';
import { type RunCommand, runDecider } from '#domain/run/run.decider';
import type { RunState } from '#domain/run/run.state';
import { EventSourcedAggregate } from '../../event-sourcing/event-sourced.aggregate.js';

/** One run with all its jobs: JobDispatched, JobFinished, JobSkipped all pass through here on their way into the log. */
export class RunAggregate extends EventSourcedAggregate<RunState, RunCommand, RunEvent> {
  constructor(runId: string) {
    super(runStream(runId), runDecider);
  }
}

export function runStream(runId: string): string {
  return `run-${runId}`;
}
