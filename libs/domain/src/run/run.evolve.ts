import type { RunEvent, RunEventOf } from '#events/run.events';
import type { Instant } from '#events/vocabulary';
import { corruptHistory } from '../corrupt-history.js';
import type { FoldContext } from '../decider.js';
import { later } from '../instant.js';
import { type ExecutionEventType, nextExecutionState } from './execution-transitions.js';
import { decisionIn, isDecision } from './interventions/last-decision.js';
import { isExecuting, isThrough, type JobTransition, nextJobState } from './job-transitions.js';
import { type Execution, executionOf, type Job, type Run, type RunState } from './run.state.js';
import { beginRun } from './run-shape.js';

type ExecutionEvent = RunEventOf<ExecutionEventType>;

interface Folded {
  readonly state: RunState;
  readonly context: FoldContext;
  readonly next: Run;
}

/** By the event's data, which is one object from the decision to the end of its fold as long as it stays in one process. */
const folded = new WeakMap<object, Folded>();

/**
 * Folds one event. A decision folds its own events to see what follows, and then the one who records it and those who follow the
 * log fold them again: what is the same state, event and context is the same answer, and need not be worked out three times.
 *
 * @throws CorruptHistoryError for an event that no decision could have put here
 */
export function evolveRun(state: RunState, event: RunEvent, context: FoldContext): Run {
  const before = folded.get(event.data);
  if (before !== undefined && before.state === state && before.context === context) return before.next;
  const next = fold(state, event, context);
  folded.set(event.data, { state, context, next });
  return next;
}

function fold(state: RunState, event: RunEvent, context: FoldContext): Run {
  if (event.type === 'RunStarted') {
    if (state !== undefined) throw corruptHistory(`run ${state.runId} started twice`);
    // Also a server's: two of them may fire the same occurrence.
    return { ...beginRun(event.data, context.at), applied: new Map([[context.commandId, 0]]) };
  }
  if (state === undefined) throw corruptHistory(`${event.type} before RunStarted`);
  const next = decided(apply(state, event, context), state, event, context);
  return remember({ ...next, revision: state.revision + 1 }, context);
}

/** A repeat of an operator's command must find its name again, whatever happened since. */
function remember(run: Run, { actor, commandId }: FoldContext): Run {
  if (actor.kind !== 'operator' || run.applied.has(commandId)) return run;
  return { ...run, applied: new Map(run.applied).set(commandId, run.revision) };
}

/** A stop or an abandonment of what a decided job has left open is about that execution alone: who decided the job stays to be seen. */
function decided(next: Run, before: Run, event: RunEvent, context: FoldContext): Run {
  if (!isDecision(event)) return next;
  const index = indexOf(before, event.data.jobId);
  const ofExecution = event.type === 'JobStopRequested' || event.type === 'ExecutionAbandoned';
  if (ofExecution && !awaits(jobAt(before, index), event.data.executionId)) return next;
  return replaceJob(next, index, { ...jobAt(next, index), lastDecision: decisionIn(event, context) });
}

function apply(run: Run, event: Exclude<RunEvent, { type: 'RunStarted' }>, context: FoldContext): Run {
  switch (event.type) {
    case 'RunHeld':
      return { ...open(run, event), held: true };
    case 'RunHeldByRestore':
      return { ...open(run, event), held: true, epoch: event.data.epoch };
    case 'RunReleased':
      return { ...open(run, event), held: false };
    case 'RunStopRequested':
      return { ...open(run, event), stopRequested: true };
    case 'RunStartOverdue':
      return { ...open(run, event), startOverdue: { due: event.data.due, at: context.at } };
    case 'RunOverran':
      return { ...open(run, event), overran: { due: event.data.due, at: context.at } };
    case 'RunFinished':
      return { ...open(run, event), finished: event.data.status, finishedAt: context.at };
    case 'JobDispatched':
    case 'ExecutionRecovered':
      return dispatched(open(run, event), event, context);
    case 'JobHeld':
    case 'JobReleased':
    case 'JobSkipped':
    case 'JobDelayPassed':
    case 'JobFailedByPolicy':
      return moveJob(open(run, event), event.data.jobId, event.type, context);
    case 'JobRetryPlanned':
      return moveJob(open(run, event), event.data.jobId, event.type, context, (job) => ({ ...job, retryAt: event.data.due }));
    case 'JobRerunRequested':
      return rerunRequested(open(run, event), event, context);
    case 'JobOutcomeSettled':
      return moveJob(open(run, event), event.data.jobId, `JobOutcomeSettled:${event.data.outcome}`, context, (job) => ({
        ...job, ...(event.data.exitCode === undefined ? {} : { exitCode: event.data.exitCode }),
      }));
    case 'LateResultAdopted':
      return moveJob(moveExecution(run, event, context), event.data.jobId, `LateResultAdopted:${event.data.outcome}`, context, (job) => ({
        ...job, exitCode: executionOf(job, event.data.executionId)?.exitCode,
      }));
    case 'JobFinished':
      return moveBoth(run, event, `JobFinished:${event.data.outcome}`, context);
    case 'LateResultRecorded':
    case 'JobOverran':
      return moveExecution(run, event, context);
    case 'JobAccepted':
    case 'JobDeclined':
    case 'JobStarted':
    case 'JobStopped':
    case 'JobLost':
    case 'JobOrphaned':
    case 'JobNeverStarted':
    case 'JobNotKnownToAgent':
    case 'JobKnownToAgent':
    case 'JobStopRequested':
    case 'ExecutionAbandoned':
      return moveBoth(run, event, event.type, context);
  }
}

/** A finished run takes in what still becomes of its executions, and nothing else. */
function open(run: Run, { type }: RunEvent): Run {
  if (run.finished !== undefined) throw corruptHistory(`${type} after the run finished`);
  return run;
}

function dispatched(run: Run, { type, data }: RunEventOf<'JobDispatched' | 'ExecutionRecovered'>, context: FoldContext): Run {
  return moveJob(run, data.jobId, type, context, (job) => {
    if (data.ordinal !== job.executions.length + 1) throw corruptHistory(`execution ${data.executionId} is not the next of its job`);
    const { executionId, ordinal, attempt, agent } = data;
    return { ...job, executions: [...job.executions, { executionId, ordinal, attempt, agent, state: 'dispatched', dispatchedAt: context.at }] };
  });
}

function rerunRequested(run: Run, { type, data: { jobId, policy } }: RunEventOf<'JobRerunRequested'>, context: FoldContext): Run {
  return moveJob(run, jobId, type, context, (job) => ({ ...job, attempt: job.attempt + 1, exitCode: undefined, retryAt: undefined, retries: retriesAfter(job, policy) }));
}

/** An operator who asks for an attempt gives the job's own policy all of its attempts again. */
function retriesAfter({ retries = 0 }: Job, policy: RunEventOf<'JobRerunRequested'>['data']['policy']): number {
  if (policy === 'retry') return retries + 1;
  return policy === undefined ? 0 : retries;
}

/** The execution always follows its agent; its job only while it waits for just this execution. */
function moveBoth(run: Run, event: ExecutionEvent, transition: JobTransition, context: FoldContext): Run {
  const { jobId, executionId } = event.data;
  const moved = moveExecution(run, event, context);
  const job = jobAt(moved, indexOf(moved, jobId));
  if (awaits(job, executionId)) return moveJob(moved, jobId, transition, context);
  if (event.type === 'JobFinished' || event.type === 'JobStopped') throw corruptHistory(`${event.type} of ${executionId}, which ${jobId} does not wait for`);
  return moved;
}

/** Whether what becomes of the execution decides the job. */
function awaits(job: Job, executionId: string): boolean {
  return isExecuting(job.state) && job.executions.at(-1)?.executionId === executionId;
}

function moveExecution(run: Run, event: ExecutionEvent, context: FoldContext): Run {
  const { jobId, executionId } = event.data;
  const job = jobAt(run, indexOf(run, jobId));
  const execution = executionOf(job, executionId);
  if (execution === undefined) throw corruptHistory(`${event.type} of ${executionId}, which was never dispatched`);
  const state = nextExecutionState[execution.state][event.type];
  if (state === 'corrupt') throw corruptHistory(`${event.type} of ${executionId}, which is ${execution.state}`);
  const moved = { ...withFacts(execution, event, context), state };
  return replaceJob(run, indexOf(run, jobId), { ...job, executions: job.executions.map((each) => (each === execution ? moved : each)) });
}

/** What the event says of the execution, kept for people and for the next decision. */
function withFacts(execution: Execution, event: ExecutionEvent, { at, actor }: FoldContext): Execution {
  const heard = actor.kind === 'agent' ? heardOf(execution, at) : execution;
  switch (event.type) {
    case 'JobAccepted':
    case 'JobStarted':
    case 'JobDeclined':
    case 'JobNeverStarted':
    case 'JobLost':
    case 'JobFinished':
    case 'JobStopped':
      return { ...heard, ...factsOf(event.data) };
    case 'LateResultRecorded':
      return { ...heard, ...factsOf(event.data), late: true };
    case 'JobOverran':
      return { ...heard, overranAt: event.data.overranAt };
    case 'JobOrphaned':
      return { ...heard, reason: event.data.reason, orphanedSince: at };
    case 'JobNotKnownToAgent':
      return { ...heard, reason: event.data.reason, notKnownSince: at, knownAfterAll: undefined };
    case 'JobKnownToAgent':
      return heardOf(execution, at);
    case 'JobStopRequested':
      return { ...heard, stopRequested: true };
    case 'LateResultAdopted':
      return { ...heard, adopted: true };
    case 'ExecutionAbandoned':
      return heard;
  }
}

/** Whoever says anything of it knows it, also after all. Instants would not tell: log time stands still while a clock that went back catches up. */
function heardOf(execution: Execution, at: Instant): Execution {
  return { ...execution, lastHeardAt: at, ...(execution.notKnownSince === undefined ? {} : { knownAfterAll: true }) };
}

/** Output stays in the log: it decides nothing, and thousands of runs are held in memory. */
function factsOf<Data extends { jobId: string; executionId: string; output?: unknown }>(data: Data): Omit<Data, 'jobId' | 'executionId' | 'output'> {
  const { jobId: _job, executionId: _execution, output: _output, ...facts } = data;
  return facts;
}

function moveJob(run: Run, jobId: string, transition: JobTransition, context: FoldContext, change: (job: Job) => Job = (job) => job): Run {
  const index = indexOf(run, jobId);
  const job = jobAt(run, index);
  const next = nextJobState[job.state][transition];
  if (next === 'corrupt') throw corruptHistory(`${transition} of ${jobId}, which is ${job.state}`);
  // What a restored log had forgotten may have run while those before it are not decided in it: its next attempt waits for them.
  const state = next === 'ready' && !isFree(run, index) ? 'waiting' : next;
  const moved = replaceJob(run, index, withoutPastPlan({ ...change(job), state }));
  if (isThrough(state)) return promote(moved, run.shape.successors[index] ?? [], context);
  return promote(isThrough(job.state) ? holdBack(moved, index) : moved, [index], context);
}

/** It is not through any more (it runs once more, or its late result is a failure): what was to come after it and has not begun waits again. */
function holdBack(run: Run, index: number): Run {
  return (run.shape.successors[index] ?? []).reduce((folded, next) => {
    const job = jobAt(folded, next);
    const state = nextJobState[job.state]['predecessor-again'];
    return state === 'corrupt' ? folded : replaceJob(folded, next, { ...job, state, delayedUntil: undefined });
  }, run);
}

/** A planned attempt stands as long as the job waits for it, also on hold. */
function withoutPastPlan(job: Job): Job {
  const stands = job.retryAt === undefined || job.state === 'retrying' || job.state === 'held' || job.state === 'waiting';
  return stands ? job : { ...job, retryAt: undefined };
}

/** `ready` is derived: no event says it, because it follows from those that are there. So is that a delay begins. */
function promote(run: Run, candidates: readonly number[], { at }: FoldContext): Run {
  return candidates.reduce((folded, index) => {
    const job = jobAt(folded, index);
    const free = isFree(folded, index);
    const delayedUntil = free ? delayOf(job, at) : undefined;
    const state = nextJobState[job.state][howThrough(job, delayedUntil, at)];
    return free && state !== 'corrupt' ? replaceJob(folded, index, { ...job, state, ...(delayedUntil === undefined ? {} : { delayedUntil }) }) : folded;
  }, run);
}

/** Whether all that it comes after is decided, so that it may go on. */
function isFree(run: Run, index: number): boolean {
  return (run.shape.predecessors[index] ?? []).every((before) => isThrough(jobAt(run, before).state));
}

/** Only before its first execution, and counted from when its predecessors were through, also while it is held. */
function delayOf({ definition: { delaySeconds }, delayedUntil, executions }: Job, at: Instant): Instant | undefined {
  return delaySeconds === undefined || executions.length > 0 ? undefined : delayedUntil ?? later(at, delaySeconds);
}

function howThrough({ retryAt }: Job, delayedUntil: Instant | undefined, at: Instant): JobTransition {
  if (retryAt !== undefined) return 'through-but-retrying';
  return delayedUntil !== undefined && delayedUntil > at ? 'through-but-delayed' : 'predecessors-through';
}

function replaceJob(run: Run, index: number, job: Job): Run {
  const jobs = run.jobs.slice();
  jobs[index] = job;
  return { ...run, jobs };
}

function indexOf(run: Run, jobId: string): number {
  const index = run.shape.indexOf.get(jobId);
  if (index === undefined) throw corruptHistory(`${jobId} is no job of run ${run.runId}`);
  return index;
}

function jobAt(run: Run, index: number): Job {
  const job = run.jobs[index];
  if (job === undefined) throw corruptHistory(`run ${run.runId} has no job ${index}`);
  return job;
}
