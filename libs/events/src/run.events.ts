import { z } from 'zod';
import { defineEvent, type EventOf } from './define-event.js';
import { jobnetDefinition, variables } from './definition.js';
import { output } from './output.js';
import { executionIdSchema, identifier, instant } from './vocabulary.js';

const job = { jobId: identifier };
const execution = { jobId: identifier, executionId: executionIdSchema };

/** Which of the policies written in the job decided. */
const policyName = z.enum(['onLost', 'onUnknown']);

/** Which of the times written in the jobnet stops a whole run. Missing: an operator does. */
const runPolicy = z.enum(['deadline', 'timeout']).optional();

/** How often the log was restored to an earlier state, counted by operators' words. Missing means never. */
const epoch = z.int().positive();

/** How a process ended. Instants are the agent's clock, the duration its monotonic one. */
const processEnd = {
  exitCode: z.int(),
  signal: z.string().optional(),
  acceptedAt: instant.optional(),
  startedAt: instant.optional(),
  finishedAt: instant,
  durationMs: z.number().nonnegative().optional(),
  output: output.optional(),
};

export const runOccurrence = z.object({ schedule: identifier, key: z.string(), businessDay: z.string() });

export const runEvents = {
  RunStarted: defineEvent('RunStarted', 1, 'A run of one version of a jobnet has begun; it carries the definition by value.', z.object({
    runId: identifier, jobnet: identifier, version: z.int().positive(), definition: jobnetDefinition, parameters: variables, epoch: epoch.optional(),
    /** When it was to start, where that is known. */
    nominalAt: instant.optional(),
    /** Of the schedule that started it, where one did. */
    occurrence: runOccurrence.optional(),
  })),
  RunHeld: defineEvent('RunHeld', 1, 'An operator holds the run: nothing more is dispatched until it is released.', z.object({})),
  RunHeldByRestore: defineEvent('RunHeldByRestore', 1, 'The log was restored while this run was open in it: nothing more is dispatched until an operator has looked at it and releases it.', z.object({ epoch })),
  RunReleased: defineEvent('RunReleased', 1, 'An operator lets a held run go on.', z.object({})),
  RunStopRequested: defineEvent('RunStopRequested', 1, 'An operator, or a time written in the jobnet, wants the run to end; what has not started will not.', z.object({ policy: runPolicy, due: instant.optional() })),
  RunStartOverdue: defineEvent('RunStartOverdue', 1, 'The latest start written in the jobnet has passed, and nothing of the run has started.', z.object({ due: instant })),
  RunOverran: defineEvent('RunOverran', 1, 'The end that the jobnet expects has passed, and the run goes on.', z.object({ due: instant })),
  RunFinished: defineEvent('RunFinished', 1, 'Every job of the run is decided, or nothing in it can run any more.', z.object({
    status: z.enum(['succeeded', 'failed', 'stopped']),
  })),

  JobDispatched: defineEvent('JobDispatched', 1, 'The server decided to have a job executed by an agent; the dispatch is this event.', z.object({
    ...execution, ordinal: z.int().positive(), attempt: z.int().positive(), agent: identifier,
  })),
  ExecutionRecovered: defineEvent('ExecutionRecovered', 1, 'An agent holds an execution that a restored log has forgotten: it is in the log again, and what becomes of it counts.', z.object({
    ...execution, ordinal: z.int().positive(), attempt: z.int().positive(), agent: identifier,
  })),
  JobAccepted: defineEvent('JobAccepted', 1, 'The agent has the execution in its journal and will start it.', z.object({ ...execution, acceptedAt: instant })),
  JobDeclined: defineEvent('JobDeclined', 1, 'The agent will not start this execution; the job is held with the reason.', z.object({ ...execution, reason: z.string() })),
  JobStarted: defineEvent('JobStarted', 1, 'The process of the execution runs.', z.object({ ...execution, acceptedAt: instant.optional(), startedAt: instant })),
  JobFinished: defineEvent('JobFinished', 2, 'The process ended by itself; the outcome follows from the exit code and the job\'s success codes.', z.object({
    ...execution, outcome: z.enum(['succeeded', 'failed']), ...processEnd,
  })),
  JobStopped: defineEvent('JobStopped', 1, 'A stop was carried out: the process ended by its signal, or had not begun.', z.object({
    ...execution, ...processEnd, exitCode: z.int().optional(), finishedAt: instant.optional(),
    /** The job's own time-out stopped it, kept by the agent. */
    policy: z.literal('timeout').optional(),
  })),
  JobLost: defineEvent('JobLost', 1, 'Proven: no process of the execution is left, and how it ended cannot be known.', z.object({
    ...execution, reason: z.string(), startedAt: instant.optional(),
  })),
  JobOrphaned: defineEvent('JobOrphaned', 1, 'The wrapper of the execution is gone while a process of it still lives.', z.object({ ...execution, reason: z.string() })),
  JobOverran: defineEvent('JobOverran', 1, 'The execution takes longer than the job\'s time-out; it goes on.', z.object({ ...execution, overranAt: instant })),
  JobNeverStarted: defineEvent('JobNeverStarted', 1, 'The agent has made sure that the execution has not started and never will.', z.object({ ...execution, reason: z.string() })),
  JobNotKnownToAgent: defineEvent('JobNotKnownToAgent', 1, 'The agent was asked and does not hold the execution; it is never sent again.', z.object({ ...execution, reason: z.string() })),
  JobKnownToAgent: defineEvent('JobKnownToAgent', 1, 'The agent holds the execution after all: what is asked of it reaches it again, and it takes a slot.', z.object(execution)),

  JobSkipped: defineEvent('JobSkipped', 1, 'An operator decided that the flow goes on without this job\'s result.', z.object({ ...job, openExecution: executionIdSchema.optional() })),
  JobHeld: defineEvent('JobHeld', 1, 'An operator holds the job back.', z.object(job)),
  JobReleased: defineEvent('JobReleased', 1, 'An operator lets a held job go on.', z.object(job)),
  JobStopRequested: defineEvent('JobStopRequested', 1, 'An operator, or a time written in the jobnet, wants the execution stopped; the agent has yet to answer.', z.object({ ...execution, policy: runPolicy })),
  JobRerunRequested: defineEvent('JobRerunRequested', 1, 'An operator or a written policy wants the job executed once more.', z.object({
    ...job, previousExecution: executionIdSchema.optional(), concurrent: z.boolean(), policy: z.enum(['onLost', 'onUnknown', 'retry']).optional(),
  })),
  JobDelayPassed: defineEvent('JobDelayPassed', 1, 'The job has waited as long as its definition says; nothing else keeps it back.', z.object({ ...job, due: instant })),
  JobRetryPlanned: defineEvent('JobRetryPlanned', 1, 'The job failed, and its definition asks for another attempt, at this instant.', z.object({ ...execution, attempt: z.int().positive(), due: instant })),
  JobFailedByPolicy: defineEvent('JobFailedByPolicy', 1, 'A policy written in the job counts it as failed, because how its execution ended cannot be known.', z.object({
    ...execution, policy: policyName,
  })),
  JobOutcomeSettled: defineEvent('JobOutcomeSettled', 1, 'An operator says how the job ended.', z.object({
    ...job, outcome: z.enum(['succeeded', 'failed']), exitCode: z.int().optional(), openExecution: executionIdSchema.optional(),
  })),
  LateResultRecorded: defineEvent('LateResultRecorded', 1, 'A result arrived for an execution whose job was already decided; it changes nothing by itself.', z.object({
    ...execution, ...processEnd, outcome: z.enum(['succeeded', 'failed']),
  })),
  LateResultAdopted: defineEvent('LateResultAdopted', 1, 'An operator made a late result the job\'s result.', z.object({ ...execution, outcome: z.enum(['succeeded', 'failed']) })),
  ExecutionAbandoned: defineEvent('ExecutionAbandoned', 1, 'An operator gave up waiting for an execution, or for its whole agent; its slot is free again.', z.object({
    ...execution, agentDeclaredLost: z.literal(true).optional(),
  })),
};

export type RunOccurrence = z.infer<typeof runOccurrence>;
export type RunEvent = EventOf<(typeof runEvents)[keyof typeof runEvents]>;
export type RunEventType = RunEvent['type'];
export type RunEventOf<Type extends RunEventType> = Extract<RunEvent, { type: Type }>;
