import type { RunEvent } from '#events/run.events';
import type { Decision } from '../../rejection.js';
import type { RunCommandOf } from '../run.decider.js';
import type { RunState } from '../run.state.js';
import { intervene, jobIs, openExecutionOf } from './intervention.js';

/**
 * A wish: the agent has to carry it out, and until it answers the job stays what it is. Also for the execution of a job that
 * was decided while it ran, and in a finished run.
 */
export function stopJob(command: RunCommandOf<'StopJob'>, state: RunState): Decision<RunEvent> {
  return intervene(state, command, 'stopped', {
    isSo: (job) => job.state === 'stopped' || openExecutionOf(job)?.stopRequested === true,
    forbids: (_run, job) => (openExecutionOf(job) === undefined ? jobIs(job, ', and nothing of it runs') : undefined),
    decide: (_run, job) => {
      const open = openExecutionOf(job);
      return open === undefined ? [] : [{ type: 'JobStopRequested', data: { jobId: command.jobId, executionId: open.executionId } }];
    },
  });
}
