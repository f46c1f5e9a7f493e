import type { ExecutionDetailsView, ExecutionView, JobView, RunningView, RunView } from '#protocol/api';
import { isOpenExecution } from '#domain/run/execution-transitions';
import { isThrough } from '#domain/run/job-transitions';
import { statusOf } from '#domain/run/run-status';
import { nextDue } from '#domain/run/time/next-due';
import { currentExecution, type Execution, isNotKnown, type Job, type Run } from '#domain/run/run.state';
import { publicState } from '#domain/run/interventions/intervention';
import type { Instant } from '#events/vocabulary';
import { orderWords, type StandingOrder } from '#domain/standing-order';
import type { Contact } from '../agents/agents.projection.js';
import { evidenceOf } from './evidence.js';

/** What a view needs beside the run: the contact with an agent, and its free slots. */
export interface Surroundings {
  contactOf(agent: string): Contact | undefined;
  /** When this process last heard of an agent, which is no fact of the log. */
  lastContactOf(agent: string): Instant | undefined;
  freeSlotsOf(agent: string): number | undefined;
  /** The order that keeps work from an agent, if there is one. */
  drainOf(agent: string): StandingOrder | undefined;
  /** The word of a person that an agent is gone, while it holds. */
  lossOf(agent: string): StandingOrder | undefined;
}

export function runView(run: Run, around: Surroundings): RunView {
  const { runId, jobnet, version, revision, startedAt, finishedAt, nominalAt, occurrence } = run;
  const due = nextDue(run);
  const warnings = warningsOf(run);
  return {
    runId, jobnet, version, revision, status: statusOf(run), startedAt,
    ...(finishedAt === undefined ? {} : { finishedAt }),
    jobs: run.jobs.map((job) => jobView(run, job, around)),
    ...(nominalAt === undefined ? {} : { nominalAt }),
    ...(occurrence === undefined ? {} : { occurrence }),
    ...(due === undefined ? {} : { nextDue: due }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

function warningsOf({ startOverdue, overran }: Run): NonNullable<RunView['warnings']> {
  return [...(startOverdue === undefined ? [] : [{ kind: 'start-overdue' as const, ...startOverdue }]), ...(overran === undefined ? [] : [{ kind: 'overran' as const, ...overran }])];
}

function jobView(run: Run, job: Job, around: Surroundings): JobView {
  const { id: jobId, agent, after, timeout } = job.definition;
  const execution = currentExecution(job);
  const waitsFor = run.finished === undefined ? reasonsToWait(run, job, around) : [];
  const exitCode = job.exitCode ?? execution?.exitCode;
  const dueAt = job.retryAt ?? (job.state === 'delayed' ? job.delayedUntil : undefined);
  return {
    jobId, state: publicState(job), attempt: job.attempt, agent, after: [...after],
    evidence: execution === undefined ? { kind: 'none' } : evidenceOf(execution, around.contactOf(execution.agent)),
    ...(execution === undefined ? {} : { ...liveContact(execution, around), executionId: execution.executionId }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...endOf(execution),
    pending: pendingIntents(job),
    ...(waitsFor.length === 0 ? {} : { waitsFor }),
    ...(dueAt === undefined || run.finished !== undefined ? {} : { dueAt }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(job.lastDecision === undefined ? {} : { lastDecision: job.lastDecision }),
    executions: job.executions.map((each) => executionView(each, around)),
  };
}

/** What was asked of the agent and is not answered yet. */
function pendingIntents(job: Job): string[] {
  const stop = job.executions.some(({ state, stopRequested }) => stopRequested === true && isOpenExecution(state));
  return [...(stop ? ['stop'] : []), ...(job.executions.some((each) => isCancelPending(job, each)) ? ['cancel'] : [])];
}

/**
 * The job was decided while its execution had not begun, or nobody waits for it any more: the agent has yet to say that it never will
 * begin. Where it has begun after all, its result is the answer.
 */
export function isCancelPending(job: Job, execution: Execution): boolean {
  if (isNotKnown(execution)) return false;
  if (execution.state === 'abandoned') return true;
  const unstarted = execution.state === 'dispatched' || execution.state === 'accepted';
  return unstarted && (job.state !== 'dispatched' || currentExecution(job) !== execution);
}

function executionView(execution: Execution, around: Surroundings): ExecutionView {
  const { executionId, attempt, agent, dispatchedAt, acceptedAt, durationMs, reason, late, exitCode, overranAt, policy } = execution;
  return {
    executionId, attempt, agent, dispatchedAt,
    state: execution.state === 'finished' ? (execution.outcome ?? 'finished') : execution.state,
    evidence: evidenceOf(execution, around.contactOf(agent)), ...liveContact(execution, around),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...endOf(execution),
    ...(acceptedAt === undefined ? {} : { acceptedAt }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(reason === undefined ? {} : { reason }),
    ...(late === undefined ? {} : { late }),
    ...(overranAt === undefined ? {} : { overranAt }),
    ...(policy === 'timeout' ? { timedOut: true } : {}),
  };
}

/** `GET /executions/{executionId}`, less its events. */
export function executionDetails(run: Run, job: Job, execution: Execution, around: Surroundings): Omit<ExecutionDetailsView, 'events'> {
  return { runId: run.runId, jobnet: run.jobnet, jobId: job.definition.id, jobState: publicState(job), execution: executionView(execution, around) };
}

/** A row of `GET /running`. */
export function runningView(run: Run, job: Job, execution: Execution, around: Surroundings): RunningView {
  const { executionId, attempt, agent, state, dispatchedAt, startedAt } = execution;
  return {
    runId: run.runId, jobnet: run.jobnet, jobId: job.definition.id, jobState: publicState(job), executionId, attempt, agent, state,
    evidence: evidenceOf(execution, around.contactOf(agent)), ...liveContact(execution, around), dispatchedAt, ...(startedAt === undefined ? {} : { startedAt }),
  };
}

/** Beside the evidence, and only of what is out: how its agent is doing is of no interest to what has ended. */
function liveContact({ state, agent }: Execution, around: Surroundings): { lastContactAt?: Instant } {
  const lastContactAt = isOpenExecution(state) ? around.lastContactOf(agent) : undefined;
  return lastContactAt === undefined ? {} : { lastContactAt };
}

function endOf(execution: Execution | undefined) {
  return {
    ...(execution?.signal === undefined ? {} : { signal: execution.signal }),
    ...(execution?.startedAt === undefined ? {} : { startedAt: execution.startedAt }),
    ...(execution?.finishedAt === undefined ? {} : { finishedAt: execution.finishedAt }),
  };
}

/** It may be away and drained at once, and each by itself is enough. */
function whatAgentLacks(agent: string, around: Surroundings): string[] {
  const [contact, drain] = [around.contactOf(agent), around.drainOf(agent)];
  const lacks = [
    ...(contact?.connected === true ? [] : [`agent ${agent}, which is ${absenceWords(contact, around.lossOf(agent))}`]),
    ...(drain === undefined ? [] : [`agent ${agent}, which is drained ${orderWords(drain)}`]),
  ];
  if (lacks.length > 0) return lacks;
  return [(around.freeSlotsOf(agent) ?? 0) > 0 ? `its dispatch to agent ${agent}` : `a free slot of agent ${agent}`];
}

function absenceWords(contact: Contact | undefined, loss: StandingOrder | undefined): string {
  if (loss !== undefined) return `declared lost ${orderWords(loss)}`;
  if (contact?.unreachable === true) return `unreachable since ${contact.since}`;
  return contact === undefined ? 'not known yet' : 'away';
}

const RUN_HELD = 'an operator to release the run';

function reasonsToWait(run: Run, job: Job, around: Surroundings): string[] {
  const { id, after, agent } = job.definition;
  const declined = currentExecution(job);
  switch (job.state) {
    case 'waiting':
      return after.flatMap((name) => {
        const before = run.jobs[run.shape.indexOf.get(name) ?? -1];
        return before === undefined || isThrough(before.state) ? [] : [`${name} (${publicState(before)})`];
      });
    case 'delayed':
      return [`the end of its delay, at ${job.delayedUntil ?? ''}`, ...(run.held ? [RUN_HELD] : [])];
    case 'retrying':
      return [`its next attempt, at ${job.retryAt ?? ''}`, ...(run.held ? [RUN_HELD] : [])];
    case 'held':
      return [declined?.state === 'declined' ? `an operator: agent ${agent} declined ${id}: ${declined.reason ?? ''}` : 'an operator to release it'];
    case 'ready':
      if (run.held) return [RUN_HELD];
      return whatAgentLacks(agent, around);
    case 'failed':
    case 'stopped':
    case 'lost':
      return run.definition.onFailure === 'hold' ? ['an operator\'s decision'] : [];
    case 'dispatched':
    case 'running':
    case 'succeeded':
    case 'failed-settled':
    case 'skipped':
      return [];
  }
}

