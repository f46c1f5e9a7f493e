import type { JobnetEvent } from '#events/jobnet.events';
import { type Decision, rejection } from '../rejection.js';
import type { QueuedRun, RunAdmissions } from './admission.js';
import type { JobnetExpectation } from './jobnet.decider.js';

/** Which of the runs that wait are meant. */
export type WhichQueued = { readonly run: string } | { readonly schedule: string } | { readonly all: true };

/** An operator calls off runs that wait for their turn. */
export interface DropQueued {
  readonly type: 'DropQueued';
  readonly jobnet: string;
  readonly which: WhichQueued;
  /** At once, the first ones: as many as one append holds. */
  readonly most: number;
  readonly expect?: JobnetExpectation | undefined;
}

/** One that has its turn already is no longer called off here: it is a run, and can be stopped. */
export function dropQueued({ jobnet, which, most }: DropQueued, { admitted, queue }: RunAdmissions): Decision<JobnetEvent> {
  const dropped = queue.filter((queued) => isMeant(which, queued));
  if ('run' in which && dropped.length === 0) {
    const why = admitted.has(which.run) ? 'its turn has come; it can be stopped' : 'it has begun, was dropped before, or never waited';
    return rejection('run-not-queued', `run ${which.run} does not wait for its turn in jobnet ${jobnet}: ${why}`);
  }
  // Nobody takes its place: what an operator drops is named as dropped by itself, and who it was stands beside the event.
  return dropped.slice(0, most).map(({ runId }) => ({ type: 'QueuedRunDropped', data: { runId, by: runId } }));
}

export function isMeant(which: WhichQueued, { runId, schedule }: QueuedRun): boolean {
  if ('run' in which) return runId === which.run;
  return 'all' in which || schedule === which.schedule;
}
