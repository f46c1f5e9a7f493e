import type { JobnetDefinition } from '#events/definition';
import type { Instant } from '#events/vocabulary';
import type { FoldContext } from '../src/decider.js';
import type { ExecutionFact } from '../src/run/execution-fact.js';
import type { Expectation } from '../src/run/interventions/intervention.js';
import type { Capacity, RunCommand, RunCommandOf } from '../src/run/run.decider.js';
import { OUTPUT, REASON } from './run-events.js';
import { ACCEPTED_AT, execution, FINISHED_AT, OVERRAN_AT, RECORDED_AT, RUN, STARTED_AT } from './run-instants.js';

/** More than any test needs. */
const plenty: Capacity = { local: 100, other: 100 };

export const nobodyConnected: Capacity = {};

export function operator(commandId: string): FoldContext {
  return { at: RECORDED_AT, actor: { kind: 'operator', id: 'mika' }, commandId };
}

export function agent(commandId: string, name = 'local'): FoldContext {
  return { at: RECORDED_AT, actor: { kind: 'agent', id: name }, commandId };
}

export function server(commandId: string): FoldContext {
  return { at: RECORDED_AT, actor: { kind: 'server', id: 'server-1' }, commandId };
}

/** The command, with these slots free instead of plenty; a number means the agent `local`. */
export function withSlots<Command extends RunCommand>(free: number | Capacity, command: Command): Command {
  return { ...command, capacity: typeof free === 'number' ? { local: free } : free };
}

export function withContext<Command extends RunCommand>(context: FoldContext, command: Command): Command {
  return { ...command, context };
}

export function start(definition: JobnetDefinition): RunCommandOf<'StartRun'> {
  return { type: 'StartRun', runId: RUN, version: 1, definition, parameters: {}, context: operator('start'), capacity: plenty };
}

export function dispatchReady(): RunCommandOf<'DispatchReady'> {
  return { type: 'DispatchReady', context: server('dispatch-ready'), capacity: plenty };
}

/** The clock has come to `now`. */
export function passTime(kind: RunCommandOf<'PassTime'>['kind'], now: Instant): RunCommandOf<'PassTime'> {
  return { type: 'PassTime', kind, now, context: { ...server(`${kind}-${now}`), at: now }, capacity: plenty };
}

export function report(...facts: readonly ExecutionFact[]): RunCommandOf<'RecordFacts'> {
  return reportBy('local', ...facts);
}

export function reportBy(name: string, ...facts: readonly ExecutionFact[]): RunCommandOf<'RecordFacts'> {
  return { type: 'RecordFacts', agent: name, facts, context: agent('report', name), capacity: plenty };
}

export function notKnown(executionIds: readonly string[], name = 'local'): RunCommandOf<'RecordNotKnown'> {
  return { type: 'RecordNotKnown', agent: name, executionIds, reason: REASON, context: server('hello'), capacity: plenty };
}

export function known(executionIds: readonly string[], name = 'local'): RunCommandOf<'RecordKnown'> {
  return { type: 'RecordKnown', agent: name, executionIds, context: server('hello'), capacity: plenty };
}

export function skip(jobId: string, expect?: Expectation): RunCommandOf<'SkipJob'> {
  return { type: 'SkipJob', jobId, expect, context: operator(`skip-${jobId}`), capacity: plenty };
}

export function recover(executionIds: readonly string[], name = 'local'): RunCommandOf<'RecoverExecutions'> {
  return { type: 'RecoverExecutions', agent: name, executionIds, context: agent('hello', name), capacity: plenty };
}

export function holdRestored(epoch: number): RunCommandOf<'HoldRestored'> {
  return { type: 'HoldRestored', epoch, context: operator(`restored-${epoch}`), capacity: plenty };
}

export function abandon(executionId: string, agentDeclaredLost?: true): RunCommandOf<'AbandonExecution'> {
  return { type: 'AbandonExecution', executionId, agentDeclaredLost, context: operator(`abandon-${executionId}`), capacity: plenty };
}

/** What the agent says: `fact.finished('A1', 3)`, `fact.lost('A1', 2)` of the second execution. */
export const fact = {
  accepted: (jobId: string, ordinal = 1): ExecutionFact => ({ ...execution(jobId, ordinal), state: 'accepted', acceptedAt: ACCEPTED_AT }),
  started: (jobId: string, ordinal = 1): ExecutionFact => ({ ...execution(jobId, ordinal), state: 'started', acceptedAt: ACCEPTED_AT, startedAt: STARTED_AT }),
  finished: (jobId: string, exitCode = 0, ordinal = 1): ExecutionFact => ({
    ...execution(jobId, ordinal), state: 'finished', exitCode, acceptedAt: ACCEPTED_AT, startedAt: STARTED_AT, finishedAt: FINISHED_AT, durationMs: 6646, output: OUTPUT,
  }),
  /** Of one that took longer than its time-out, where that is only to be told. */
  overran: (jobId: string, ordinal = 1): ExecutionFact => ({ ...execution(jobId, ordinal), state: 'started', acceptedAt: ACCEPTED_AT, startedAt: STARTED_AT, overranAt: OVERRAN_AT }),
  timedOut: (jobId: string, ordinal = 1): ExecutionFact => ({
    ...execution(jobId, ordinal), state: 'finished', exitCode: 143, signal: 'SIGTERM', stoppedBy: 'SIGTERM', timedOut: true,
    acceptedAt: ACCEPTED_AT, startedAt: STARTED_AT, finishedAt: FINISHED_AT, durationMs: 6646, output: OUTPUT,
  }),
  lost: (jobId: string, ordinal = 1): ExecutionFact => ({ ...execution(jobId, ordinal), state: 'lost', reason: REASON }),
  orphaned: (jobId: string, ordinal = 1): ExecutionFact => ({ ...execution(jobId, ordinal), state: 'orphaned', reason: REASON }),
  neverStarted: (jobId: string, ordinal = 1): ExecutionFact => ({ ...execution(jobId, ordinal), state: 'never-started', reason: REASON }),
  declined: (jobId: string, ordinal = 1): ExecutionFact => ({ ...execution(jobId, ordinal), state: 'declined', reason: REASON }),
};
