import type { RunEvent } from '#events/run.events';
import { type Decision, rejection } from '../../rejection.js';
import { isOpenExecution } from '../execution-transitions.js';
import { byPolicy } from '../policy.js';
import type { RunCommandOf } from '../run.decider.js';
import { evolveRun } from '../run.evolve.js';
import { executionOf, type RunState } from '../run.state.js';
import { withWhatFollows } from '../what-follows.js';

/**
 * Nobody waits for this execution any more: its slot is free, and a job that it was to decide is lost. Whether a process of it runs
 * somewhere is not known; when its agent is back, what has not begun is called off, and a result is kept as a late one.
 * Who declares a whole agent lost says that no process of it is left: then what the job's author has written for that case holds.
 */
export function abandonExecution({ executionId, agentDeclaredLost, context, capacity }: RunCommandOf<'AbandonExecution'>, run: RunState): Decision<RunEvent> {
  if (run === undefined) return rejection('run-not-found', 'there is no such run');
  const job = run.jobs.find((each) => executionOf(each, executionId) !== undefined);
  const execution = job && executionOf(job, executionId);
  if (job === undefined || execution === undefined) return rejection('execution-not-found', `run ${run.runId} has no execution ${executionId}`);
  if (execution.state === 'abandoned') return [];
  if (!isOpenExecution(execution.state)) return rejection('execution-ended', `${executionId} cannot be abandoned: it is ${execution.state}`);
  const jobId = job.definition.id;
  const abandoned: RunEvent = { type: 'ExecutionAbandoned', data: { jobId, executionId, ...(agentDeclaredLost ? { agentDeclaredLost } : {}) } };
  const policy = agentDeclaredLost ? byPolicy(evolveRun(run, abandoned, context), jobId, executionId, 'onLost') : [];
  return withWhatFollows(run, [abandoned, ...policy], context, capacity);
}
