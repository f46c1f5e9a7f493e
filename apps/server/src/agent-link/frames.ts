import { type Execution, isNotKnown, type Job, type Run } from '#domain/run/run.state';
import type { ExecutionSpec, Frame } from '#protocol/agent-link';
import type { OpenExecution, RunsProjection } from '../runs/runs.projection.js';
import { isCancelPending } from '../runs/run.view.js';

/** Between SIGTERM and SIGKILL, unless the job says otherwise. */
const DEFAULT_GRACE_SECONDS = 10;

/** A frame that carries a fact of the log, less the session it is sent in. */
export type Outgoing = Frame extends infer Each ? (Each extends Frame & { position: string } ? Omit<Each, 'session'> : never) : never;

/** What an agent has yet to take in, in log order: dispatches that it has not accepted, and stops and cancels that it has not answered. */
export function outstandingFrames(runs: RunsProjection, agent: string): Outgoing[] {
  const open = [...runs.openExecutionsOf(agent).values(), ...runs.abandonedOn(agent).values()].sort((one, other) => (one.position < other.position ? -1 : 1));
  return open.flatMap((each) => frameFor(runs, each) ?? []);
}

/** The one frame that an execution calls for, if any. A closed stream calls for none: what its execution came to can no longer be seen in it. */
export function frameFor(runs: RunsProjection, { runId, jobId, executionId, position }: OpenExecution): Outgoing | undefined {
  const tracked = runs.execution(executionId);
  if (tracked === undefined || tracked.corrupt !== undefined) return undefined;
  const { run, job, execution } = tracked;
  if (isNotKnown(execution)) return undefined;
  if (execution.state !== 'abandoned' && execution.stopRequested === true) {
    return { kind: 'stop', position: position.toString(), executionId, runId, jobId, graceSeconds: job.definition.stopGraceSeconds ?? DEFAULT_GRACE_SECONDS };
  }
  if (isCancelPending(job, execution)) return { kind: 'cancel', position: position.toString(), executionId, runId, jobId };
  // What an agent has once not known is never sent to it again, also where it knows it after all.
  if (execution.state !== 'dispatched' || execution.notKnownSince !== undefined) return undefined;
  return { kind: 'dispatch', position: position.toString(), spec: specOf(run, job, execution) };
}

/**
 * Everything the process or the task needs, by value. The nearer one wins: the jobnet's parameters are defaults, the job's own stand before
 * them, what the run was started with before both, and the job's environment before all.
 */
function specOf(run: Run, job: Job, { executionId, attempt }: Execution): ExecutionSpec {
  const { id: jobId, command, task, env, parameters, cwd, timeout, stopGraceSeconds: graceSeconds = DEFAULT_GRACE_SECONDS } = job.definition;
  const execution = { executionId, runId: run.runId, jobId, attempt, ...(timeout === undefined ? {} : { timeout: { ...timeout, graceSeconds } }) };
  const variables = { ...run.parameters, ...parameters, ...givenAtStart(run), ...env };
  if (task !== undefined) return { ...execution, task: { name: task, parameters: variables } };
  if (command === undefined) throw new Error(`job ${jobId} of run ${run.runId} has neither a command nor a task`);
  return { ...execution, command, env: variables, ...(cwd === undefined ? {} : { cwd }) };
}

/** A run has the jobnet's defaults among its parameters; what differs from them was said when it was started. */
function givenAtStart({ parameters, definition }: Run): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([name, value]) => definition.parameters[name] !== value));
}
