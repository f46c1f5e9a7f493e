import type { RunEvent } from '#events/run.events';
import type { Decision } from '../../rejection.js';
import type { RunCommandOf } from '../run.decider.js';
import type { Job, RunState } from '../run.state.js';
import { withWhatFollows } from '../what-follows.js';
import { intervene, jobIs, runIsOver } from './intervention.js';

/** Keeps a job that has not been dispatched from being dispatched. */
export function holdJob(command: RunCommandOf<'HoldJob'>, state: RunState): Decision<RunEvent> {
  return intervene(state, command, 'held', {
    isSo: (job) => job.state === 'held',
    forbids: (run, job) => runIsOver(run) ?? (isHoldable(job) ? undefined : jobIs(job)),
    decide: () => [{ type: 'JobHeld', data: { jobId: command.jobId } }],
  });
}

function isHoldable({ state }: Job): boolean {
  return state === 'waiting' || state === 'delayed' || state === 'ready' || state === 'retrying';
}

/** Lets a held job go on, also one that its agent declined: the next execution is a new one. A delayed one does not wait any longer. */
export function releaseJob(command: RunCommandOf<'ReleaseJob'>, state: RunState): Decision<RunEvent> {
  return intervene(state, command, 'released', {
    isSo: (job) => job.state === 'waiting' || job.state === 'ready',
    forbids: (run, job) => runIsOver(run) ?? (job.state === 'held' || job.state === 'delayed' ? undefined : jobIs(job, ', not held')),
    decide: (run) => withWhatFollows(run, [{ type: 'JobReleased', data: { jobId: command.jobId } }], command.context, command.capacity),
  });
}
