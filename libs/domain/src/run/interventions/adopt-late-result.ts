import type { RunEvent } from '#events/run.events';
import type { Decision } from '../../rejection.js';
import { nextJobState } from '../job-transitions.js';
import type { RunCommandOf } from '../run.decider.js';
import type { Execution, Job, RunState } from '../run.state.js';
import { withWhatFollows } from '../what-follows.js';
import { intervene, jobIs } from './intervention.js';

/** The newest late result becomes the job's result. Also in a finished run, whose own outcome stays what it was. */
export function adoptLateResult(command: RunCommandOf<'AdoptLateResult'>, state: RunState): Decision<RunEvent> {
  return intervene(state, command, 'given its late result', {
    isSo: (job) => lateExecution(job, command.lateExecutionId)?.adopted === true,
    forbids: (_run, job) => {
      const late = lateExecution(job, command.lateExecutionId);
      if (late?.outcome === undefined) return { code: 'no-late-result', because: 'no late result of it has arrived' };
      return nextJobState[job.state][`LateResultAdopted:${late.outcome}`] === 'corrupt' ? jobIs(job) : undefined;
    },
    decide: (run, job) => {
      const late = lateExecution(job, command.lateExecutionId);
      if (late?.outcome === undefined) return [];
      const adopted: RunEvent = { type: 'LateResultAdopted', data: { jobId: command.jobId, executionId: late.executionId, outcome: late.outcome } };
      return withWhatFollows(run, [adopted], command.context, command.capacity);
    },
  });
}

function lateExecution({ executions }: Job, executionId: string | undefined): Execution | undefined {
  return executions.findLast((each) => each.late === true && (executionId === undefined || each.executionId === executionId));
}
