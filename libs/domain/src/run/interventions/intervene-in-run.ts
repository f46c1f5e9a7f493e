import type { RunEvent } from '#events/run.events';
import type { Instant } from '#events/vocabulary';
import { type Decision, rejection } from '../../rejection.js';
import { isExecuting } from '../job-transitions.js';
import type { RunCommandOf } from '../run.decider.js';
import type { Run, RunState } from '../run.state.js';
import { withWhatFollows } from '../what-follows.js';
import { openExecutionOf } from './intervention.js';

/** Nothing more is dispatched until the run is released; what runs goes on. */
export function holdRun(state: RunState): Decision<RunEvent> {
  return inOpenRun(state, 'held', (run) => (run.held ? [] : [{ type: 'RunHeld', data: {} }]));
}

export function releaseRun({ context, capacity }: RunCommandOf<'ReleaseRun'>, state: RunState): Decision<RunEvent> {
  return inOpenRun(state, 'released', (run) => (run.held ? withWhatFollows(run, [{ type: 'RunReleased', data: {} }], context, capacity) : []));
}

/** What has not been dispatched will not be; what is out is asked to stop, and the run ends when nothing of it runs any more. */
export function stopRun({ context, capacity }: RunCommandOf<'StopRun'>, state: RunState): Decision<RunEvent> {
  return inOpenRun(state, 'stopped', (run) => (run.stopRequested ? [] : withWhatFollows(run, stopEvents(run), context, capacity)));
}

/** By an operator; or by a time written in the jobnet, which was due at that instant. */
export function stopEvents(run: Run, byTime?: { readonly policy: 'deadline' | 'timeout'; readonly due: Instant }): RunEvent[] {
  const wishes = run.jobs.flatMap((job): RunEvent[] => {
    const open = isExecuting(job.state) ? openExecutionOf(job) : undefined;
    if (open === undefined || open.stopRequested === true) return [];
    return [{ type: 'JobStopRequested', data: { jobId: job.definition.id, executionId: open.executionId, ...(byTime && { policy: byTime.policy }) } }];
  });
  return [{ type: 'RunStopRequested', data: { ...byTime } }, ...wishes];
}

function inOpenRun(run: RunState, verb: string, decide: (run: Run) => readonly RunEvent[]): Decision<RunEvent> {
  if (run === undefined) return rejection('run-not-found', 'there is no such run');
  if (run.finished !== undefined) return rejection('run-finished', `the run cannot be ${verb}: it has finished (${run.finished})`);
  return decide(run);
}
