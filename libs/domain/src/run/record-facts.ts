import type { RunEvent } from '#events/run.events';
import { type Decision, rejection } from '../rejection.js';
import type { FoldContext } from '../decider.js';
import type { ExecutionFact } from './execution-fact.js';
import { isOpenExecution } from './execution-transitions.js';
import { isExecuting } from './job-transitions.js';
import { byPolicy } from './policy.js';
import { evolveRun } from './run.evolve.js';
import type { Capacity, RunCommandOf } from './run.decider.js';
import { currentExecution, type Execution, executionOf, type Job, jobOf, type Run, type RunState, takesSlot } from './run.state.js';
import { planRetry } from './time/plan-retry.js';
import { whatFollows } from './what-follows.js';

/**
 * All that one request of an agent says about this run becomes one decision. A fact that says nothing new decides nothing;
 * one that the state had passed already (a lower sequence that comes later) neither.
 */
export function recordFacts({ agent, facts, context, capacity }: RunCommandOf<'RecordFacts'>, state: RunState): Decision<RunEvent> {
  if (state === undefined) return rejection('run-not-found', 'there is no such run');
  const events: RunEvent[] = [];
  let run = state;
  for (const fact of facts) {
    for (const toEvent of [overran, factToEvent]) {
      const event = toEvent(run, agent, fact);
      if (event === undefined) continue;
      for (const each of [event, ...policyOn(evolveRun(run, event, context), event, context)]) {
        events.push(each);
        run = evolveRun(run, each, context);
      }
    }
  }
  if (events.length === 0) return [];
  return [...events, ...whatFollows(run, context, withFreedSlots(state, run, agent, capacity))];
}

/** True when the fact is about an execution of this run that was dispatched to this very agent. */
export function fits(run: RunState, agent: string, { jobId, executionId }: Pick<ExecutionFact, 'jobId' | 'executionId'>): boolean {
  const job = run === undefined ? undefined : jobOf(run, jobId);
  return job !== undefined && executionOf(job, executionId)?.agent === agent;
}

function factToEvent(run: Run, agent: string, fact: ExecutionFact): RunEvent | undefined {
  const job = jobOf(run, fact.jobId);
  const execution = job && executionOf(job, fact.executionId);
  if (job === undefined || execution?.agent !== agent) return undefined;
  if (!isOpenExecution(execution.state)) return afterTheEnd(job, execution, fact);
  const ids = { jobId: fact.jobId, executionId: fact.executionId };
  switch (fact.state) {
    case 'accepted':
      return execution.state === 'dispatched' ? { type: 'JobAccepted', data: { ...ids, acceptedAt: fact.acceptedAt } } : undefined;
    case 'started':
      return execution.state === 'running' ? undefined : { type: 'JobStarted', data: { ...ids, ...began(fact), startedAt: fact.startedAt } };
    case 'finished':
      return finished(job, execution, fact);
    case 'orphaned':
      return execution.orphanedSince === undefined ? { type: 'JobOrphaned', data: { ...ids, reason: fact.reason } } : undefined;
    case 'lost':
      return { type: 'JobLost', data: { ...ids, reason: fact.reason, ...(fact.startedAt === undefined ? {} : { startedAt: fact.startedAt }) } };
    case 'never-started':
      return execution.state === 'running' ? undefined : neverStarted(job, execution, { ...ids, reason: fact.reason });
    case 'declined':
      return execution.state === 'running' ? undefined : { type: 'JobDeclined', data: { ...ids, reason: fact.reason } };
  }
}

/** Every later fact carries it: it is recorded once. */
function overran(run: Run, agent: string, fact: ExecutionFact): RunEvent | undefined {
  const overranAt = 'overranAt' in fact ? fact.overranAt : undefined;
  const job = overranAt === undefined ? undefined : jobOf(run, fact.jobId);
  const execution = job && executionOf(job, fact.executionId);
  if (overranAt === undefined || execution?.agent !== agent || execution.overranAt !== undefined || !isOpenExecution(execution.state)) return undefined;
  return { type: 'JobOverran', data: { jobId: fact.jobId, executionId: fact.executionId, overranAt } };
}

/** What the job's author has written for such an end. */
function policyOn(run: Run, event: RunEvent, context: FoldContext): RunEvent[] {
  return event.type === 'JobLost' ? byPolicy(run, event.data.jobId, event.data.executionId, 'onLost') : planRetry(run, event, context);
}

/** A stop that came before the process carried it out by its absence; without one the job is to be dispatched again. */
function neverStarted(job: Job, execution: Execution, data: { jobId: string; executionId: string; reason: string }): RunEvent {
  const decides = isExecuting(job.state) && currentExecution(job) === execution;
  if (decides && execution.stopRequested === true) return { type: 'JobStopped', data: { jobId: data.jobId, executionId: data.executionId } };
  return { type: keepsFailingToStart(job, execution) ? 'JobDeclined' : 'JobNeverStarted', data };
}

/** So many executions in a row that did not start are no accident of a crash: the job is held, instead of going round for ever. */
const MOST_STARTS_IN_VAIN = 3;

function keepsFailingToStart({ state, executions }: Job, execution: Execution): boolean {
  const before = executions.slice(-MOST_STARTS_IN_VAIN, -1);
  return isExecuting(state) && executions.at(-1) === execution && before.length === MOST_STARTS_IN_VAIN - 1 && before.every((each) => each.state === 'never-started');
}

/** A result of an execution that was said to have none is kept as a late one, once (law 4); and an agent that is back says what became of an abandoned one. */
function afterTheEnd(job: Job, execution: Execution, fact: ExecutionFact): RunEvent | undefined {
  const { state } = execution;
  if (state === 'finished' || state === 'stopped') return undefined;
  if (fact.state === 'finished') return lateResult(job, fact);
  if (state !== 'abandoned' || (fact.state !== 'lost' && fact.state !== 'never-started')) return undefined;
  return { type: fact.state === 'lost' ? 'JobLost' : 'JobNeverStarted', data: { jobId: fact.jobId, executionId: fact.executionId, reason: fact.reason } };
}

function finished(job: Job, execution: Execution, fact: Extract<ExecutionFact, { state: 'finished' }>): RunEvent {
  if (!isExecuting(job.state) || currentExecution(job) !== execution) return lateResult(job, fact);
  const byTimeout = fact.timedOut === true && job.definition.timeout?.then === 'stop';
  if ((execution.stopRequested !== true && !byTimeout) || fact.stoppedBy === undefined) return { type: 'JobFinished', data: resultOf(job, fact) };
  const { outcome: _outcome, ...end } = resultOf(job, fact);
  return { type: 'JobStopped', data: { ...end, ...(byTimeout ? { policy: 'timeout' as const } : {}) } };
}

function lateResult(job: Job, fact: Extract<ExecutionFact, { state: 'finished' }>): RunEvent {
  return { type: 'LateResultRecorded', data: resultOf(job, fact) };
}

function resultOf(job: Job, fact: Extract<ExecutionFact, { state: 'finished' }>) {
  const { jobId, executionId, exitCode, signal, finishedAt, durationMs, output } = fact;
  const outcome: 'succeeded' | 'failed' = job.definition.successCodes.includes(exitCode) ? 'succeeded' : 'failed';
  return { jobId, executionId, outcome, exitCode, signal, ...began(fact), finishedAt, durationMs, output };
}

function began({ acceptedAt, startedAt }: Pick<Extract<ExecutionFact, { state: 'started' | 'finished' }>, 'acceptedAt'> & { startedAt?: Execution['startedAt'] | undefined }) {
  return { ...(acceptedAt === undefined ? {} : { acceptedAt }), ...(startedAt === undefined ? {} : { startedAt }) };
}

/** What ended in this very decision has given its slot back already. */
function withFreedSlots(before: Run, after: Run, agent: string, capacity: Capacity): Capacity {
  const free = Object.hasOwn(capacity, agent) ? capacity[agent] : undefined;
  return free === undefined ? capacity : { ...capacity, [agent]: free + takenOn(before, agent) - takenOn(after, agent) };
}

function takenOn(run: Run, agent: string): number {
  return run.jobs.reduce((sum, job) => sum + job.executions.filter((each) => each.agent === agent && takesSlot(each)).length, 0);
}
