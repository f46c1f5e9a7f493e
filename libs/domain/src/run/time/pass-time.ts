import type { RunEvent } from '#events/run.events';
import type { Instant } from '#events/vocabulary';
import { type Decision, rejection } from '../../rejection.js';
import { stopEvents } from '../interventions/intervene-in-run.js';
import type { RunCommandOf } from '../run.decider.js';
import { currentExecution, type Run, type RunState } from '../run.state.js';
import { withWhatFollows } from '../what-follows.js';
import { allDue, type Due } from './next-due.js';

/** With the dispatches that follow, far below what one append may carry; what is left over is still due. */
const MOST_AT_ONCE = 150;

/** The clock has come to `now`: what was due of this kind until then is decided. Nothing where somebody else has decided it. */
export function passTime({ kind, now, context, capacity }: RunCommandOf<'PassTime'>, run: RunState): Decision<RunEvent> {
  if (run === undefined) return rejection('run-not-found', 'there is no such run');
  const due = allDue(run).filter((each) => each.kind === kind && each.at <= now);
  return due.length === 0 ? [] : withWhatFollows(run, eventsFor(run, due[0] as Due, now), context, capacity);
}

function eventsFor(run: Run, { kind, at }: Due, now: Instant): RunEvent[] {
  switch (kind) {
    case 'delay':
      return delaysPassed(run, now);
    case 'retry':
      return retriesDue(run, now);
    case 'latest-start':
      return [{ type: 'RunStartOverdue', data: { due: at } }, ...byDeadline(run, at)];
    case 'expected-end':
      return [{ type: 'RunOverran', data: { due: at } }, ...byDeadline(run, at)];
    case 'timeout':
      return stopEvents(run, { policy: 'timeout', due: at });
  }
}

function byDeadline(run: Run, due: Instant): RunEvent[] {
  return run.definition.deadline?.then === 'stop' && !run.stopRequested ? stopEvents(run, { policy: 'deadline', due }) : [];
}

function delaysPassed({ jobs }: Run, now: Instant): RunEvent[] {
  return jobs.flatMap(({ definition: { id: jobId }, state, delayedUntil: due }): RunEvent[] => (
    state === 'delayed' && due !== undefined && due <= now ? [{ type: 'JobDelayPassed', data: { jobId, due } }] : []
  )).slice(0, MOST_AT_ONCE);
}

/** As any re-run by a written policy: the next attempt names the execution that it follows. */
function retriesDue({ jobs }: Run, now: Instant): RunEvent[] {
  return jobs.flatMap((job): RunEvent[] => {
    const previous = currentExecution(job);
    if (job.state !== 'retrying' || job.retryAt === undefined || job.retryAt > now || previous === undefined) return [];
    return [{ type: 'JobRerunRequested', data: { jobId: job.definition.id, previousExecution: previous.executionId, concurrent: false, policy: 'retry' } }];
  }).slice(0, MOST_AT_ONCE);
}
