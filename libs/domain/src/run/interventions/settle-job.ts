import type { RunEvent } from '#events/run.events';
import type { Decision } from '../../rejection.js';
import { isExecuting, isWrong } from '../job-transitions.js';
import type { RunCommandOf } from '../run.decider.js';
import type { RunState } from '../run.state.js';
import { withWhatFollows } from '../what-follows.js';
import { intervene, jobIs, openExecutionOf, runIsOver } from './intervention.js';

/** A person says how the job ended. What an execution that is out brings later is kept beside it as a late result. */
export function settleJob(command: RunCommandOf<'SettleJob'>, state: RunState): Decision<RunEvent> {
  const { jobId, outcome, exitCode, context, capacity } = command;
  return intervene(state, command, 'settled', {
    isSo: (job) => job.state === 'failed-settled' && outcome === 'failed' && job.exitCode === exitCode,
    forbids: (run, job) => {
      const open = isExecuting(job.state) || isWrong(job.state) || job.state === 'retrying' || (job.state === 'failed-settled' && outcome === 'succeeded');
      return runIsOver(run) ?? (open ? undefined : jobIs(job));
    },
    decide: (run, job) => {
      const execution = openExecutionOf(job);
      const settled: RunEvent = {
        type: 'JobOutcomeSettled',
        data: { jobId, outcome, ...(exitCode === undefined ? {} : { exitCode }), ...(execution === undefined ? {} : { openExecution: execution.executionId }) },
      };
      return withWhatFollows(run, [settled], context, capacity);
    },
  });
}
