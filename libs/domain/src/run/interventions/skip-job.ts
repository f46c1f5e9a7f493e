import type { RunEvent } from '#events/run.events';
import type { Decision } from '../../rejection.js';
import type { RunCommandOf } from '../run.decider.js';
import type { RunState } from '../run.state.js';
import { withWhatFollows } from '../what-follows.js';
import { intervene, jobIs, openExecutionOf, runIsOver } from './intervention.js';

/** The flow goes on without this job's result. An execution that is out stays open, and what it brings is kept as a late result. */
export function skipJob(command: RunCommandOf<'SkipJob'>, state: RunState): Decision<RunEvent> {
  return intervene(state, command, 'skipped', {
    isSo: (job) => job.state === 'skipped',
    forbids: (run, job) => (job.state === 'succeeded' || job.state === 'failed-settled' ? jobIs(job) : runIsOver(run)),
    decide: (run, job) => {
      const open = openExecutionOf(job);
      const skipped: RunEvent = { type: 'JobSkipped', data: { jobId: command.jobId, ...(open === undefined ? {} : { openExecution: open.executionId }) } };
      return withWhatFollows(run, [skipped], command.context, command.capacity);
    },
  });
}
