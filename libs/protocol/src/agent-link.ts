import { output } from '#events/output';
import { agentProcess, openedBy, receipt } from '#events/agent.events';
import { executionIdSchema, identifier, instant } from '#events/vocabulary';
import { z } from 'zod';
import { outputFrame } from './outputs.js';
import { named } from './named.js';

/**
 * What agent and server say to each other (design sections 6 and 10).
 *
 *   POST /api/v1/agents/{name}/sessions    Hello -> Welcome         begins a session
 *   GET  /api/v1/agents/{name}/dispatches?session=N                 server-sent events: Frame
 *   POST /api/v1/agents/{name}/reports     ReportBatch -> ReportAnswer
 *   POST /api/v1/agents/{name}/inventory   Inventory -> InventoryAnswer    now and then, compared with the log
 *   POST /api/v1/agents/{name}/outputs/{requestId}                  what a frame `output` asked for (`#protocol/outputs`)
 *
 * The agent shows its credential as a bearer token; the first hello of a name shows the enrolment token instead.
 */

/** A log position in JSON. */
export const position = named('Position', z.string().regex(/^[0-9]{1,20}$/), 'A place in the log. Opaque; a later one is a larger number.', '4711');

named('Receipt', receipt, 'Where a fact stands in the log, and the event that holds it.');

/** From the start of the execution. `warn`: it is told once that it took longer. `stop`: as a frame `stop`, which the agent gives itself. */
const executionTimeout = z.object({ seconds: z.int().positive(), then: z.enum(['warn', 'stop']), graceSeconds: z.number().min(0).max(86_400) });

const toBeExecuted = {
  executionId: executionIdSchema, runId: identifier, jobId: identifier, attempt: z.int().positive(),
  /** Kept by the agent, also while no server is there. */
  timeout: executionTimeout.optional(),
};

/** What a process of a job is started with. */
const commandSpec = z.object({
  ...toBeExecuted,
  task: z.never().optional(),
  /** An argument vector, or one string for `/bin/sh -c`. */
  command: z.union([z.string().max(128 * 1024), z.array(z.string().max(128 * 1024)).min(1).max(1024)]),
  /** Parameters and environment of the job, merged; the four KIROKU_ variables are added by the agent. */
  env: z.record(z.string(), z.string()),
  /** By default a directory of the execution's own; a relative path starts where the agent was started. */
  cwd: z.string().optional(),
});

/** What a task of a job is called with. */
const taskSpec = z.object({
  ...toBeExecuted,
  command: z.never().optional(),
  /** Parameters as a process gets them in its environment: of the jobnet, the run and the job, merged. */
  task: z.object({ name: identifier, parameters: z.record(z.string(), z.string()) }),
});

/** What is executed, a command or a task: everything the agent needs, by value. */
export const executionSpec = named('ExecutionSpec', z.union([commandSpec, taskSpec]));

const intent = { session: z.int(), position, executionId: executionIdSchema, runId: identifier, jobId: identifier };

/** For people; an agent that says more than this is cut short. */
const reason = z.string().max(4_000);

/**
 * Downstream. `dispatch`: run this. `cancel`: if it has not started, make sure that it never will; if it runs, let it run. `stop`: as
 * `cancel`, and if it runs, SIGTERM to its process group, SIGKILL after the grace. Both are sent again in each session until answered.
 * `output` is no fact of the log and changes nothing: somebody wants to read. `leave`: the session is over, and any other server is the better one
 * for the next. An earlier agent cannot read it, which ends its session as well.
 */
export const frame = named('Frame', z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('dispatch'), session: z.int(), position, spec: executionSpec }),
  z.object({ kind: z.literal('cancel'), ...intent }),
  z.object({ kind: z.literal('stop'), ...intent, graceSeconds: z.number().min(0).max(86_400) }),
  outputFrame,
  z.object({ kind: z.literal('leave'), session: z.int(), reason }),
]));

const reportOf = { executionId: executionIdSchema, runId: identifier, jobId: identifier, sequence: z.int().positive() };
/** `overranAt`: when it had taken longer than a time-out that only warns. */
const began = { acceptedAt: instant.optional(), startedAt: instant.optional(), overranAt: instant.optional() };

/**
 * All that an agent knows of one execution, newest state only: reports are cumulative. `sequence` grows by one with each
 * change of an execution; a lower one that comes later decides nothing.
 */
export const report = named('Report', z.discriminatedUnion('state', [
  z.object({ ...reportOf, state: z.literal('accepted'), acceptedAt: instant }),
  z.object({ ...reportOf, state: z.literal('started'), ...began, startedAt: instant }),
  z.object({
    ...reportOf, state: z.literal('finished'), ...began,
    exitCode: z.int(), signal: z.string().max(32).optional(), finishedAt: instant, durationMs: z.number().nonnegative().optional(), output,
    /** The last signal that this agent had delivered before the end: the process did not end by itself. */
    stoppedBy: z.enum(['SIGTERM', 'SIGKILL']).optional(),
    /** Its time-out had it stopped, before anybody else did. */
    timedOut: z.literal(true).optional(),
  }),
  z.object({ ...reportOf, state: z.literal('orphaned'), ...began, reason }),
  z.object({ ...reportOf, state: z.literal('lost'), ...began, reason }),
  z.object({ ...reportOf, state: z.literal('never-started'), reason }),
  z.object({ ...reportOf, state: z.literal('declined'), reason }),
]));

/** Begins a session. The inventory names every execution that the agent holds: queued, running, or ended and not yet forgotten. */
export const hello = named('Hello', z.object({
  helloId: z.uuid(),
  journalId: z.uuid(),
  journalSequence: z.int().nonnegative(),
  servedUpTo: position,
  receipt: receipt.optional(),
  previousSession: z.int().nonnegative().optional(),
  slots: z.int().positive().max(10_000),
  version: z.string().max(64),
  host: z.string().max(256),
  pid: z.int(),
  bootId: z.string().max(64),
  /** An agent that does not say so cannot be told from what a network repeats of it. */
  process: agentProcess.optional(),
  /** The processes that have opened the journal since `previousSession`, the one of that first. A journal that does not know one that began a session later on is an older copy. */
  openedBy: openedBy.optional(),
  inventory: z.array(executionIdSchema).max(50_000),
  /** Of the inventory, what waits or runs. An agent that does not say so is taken at its word about the rest. */
  open: z.array(executionIdSchema).max(50_000).optional(),
  /** The log's epoch as its last welcome said: what it was told since belongs to that one. */
  epoch: z.int().nonnegative().optional(),
}));

export const welcome = named('Welcome', z.object({
  session: z.int().nonnegative(),
  server: z.string(),
  /** Only after an enrolment: the agent's own credential from now on. */
  credential: z.string().optional(),
  epoch: z.int().nonnegative().optional(),
  /** Where the session stands in the log since which the agent's journal counts: this one, or an earlier one. */
  position: position.optional(),
  /** Nothing that the agent was told before `position` counts as told: the log was restored, or the agent's journal went back. */
  startsAnew: z.boolean().optional(),
  /** What the agent holds and must never begin: it told its end before its journal went back, or it was called off while the agent was away. Changes nothing for what runs. */
  mustNotBegin: z.array(executionIdSchema).optional(),
  /** What the agent holds; where it has not begun by its journal, that has gone back, and a process that it does not remember may have begun it. Then it is lost. */
  mayHaveBegun: z.array(executionIdSchema).optional(),
}));

/** An empty list is a sign of life. */
export const reportBatch = named('ReportBatch', z.object({ session: z.int().nonnegative(), reports: z.array(report).max(500) }), 'An empty list is a sign of life.');

/** One answer a report, in their order: where in the log it is stored. The agent forgets a result only on this. */
export const reportAnswer = named('ReportAnswer', z.object({
  acknowledged: z.array(z.object({ executionId: executionIdSchema, sequence: z.int().positive(), receipt })),
}), 'One answer a report, in their order: where in the log it is stored.');

/** What the agent holds in the middle of a session, all of it of one moment. */
export const inventory = named('Inventory', z.object({
  session: z.int().nonnegative(),
  servedUpTo: position,
  inventory: z.array(executionIdSchema).max(50_000),
  open: z.array(executionIdSchema).max(50_000),
  /** Of the open ones, what has not begun. */
  waiting: z.array(executionIdSchema).max(50_000),
  /** Of the open ones, what a stop has reached. */
  stopping: z.array(executionIdSchema).max(50_000),
}));

/** `renew`: what the log and the agent hold differs for longer than a message may take. The next hello settles it. */
export const inventoryAnswer = named('InventoryAnswer', z.object({ renew: z.boolean() }), '`renew`: log and agent differ, and the agent is to say hello again, which settles it.');

/** Frames and comments come at least this often, in milliseconds; a link that is silent for three of them is dead on either side. */
export const HEARTBEAT_MS = 5_000;

export type ExecutionSpec = z.infer<typeof executionSpec>;
export type ExecutionTimeout = z.infer<typeof executionTimeout>;
export type CommandSpec = z.infer<typeof commandSpec>;
export type TaskSpec = z.infer<typeof taskSpec>;
export type Frame = z.infer<typeof frame>;
export type DispatchFrame = Extract<Frame, { kind: 'dispatch' }>;
export type StopFrame = Extract<Frame, { kind: 'stop' }>;
export type CancelFrame = Extract<Frame, { kind: 'cancel' }>;
export type LeaveFrame = Extract<Frame, { kind: 'leave' }>;
export type Report = z.infer<typeof report>;
export type ReportState = Report['state'];
export type Hello = z.infer<typeof hello>;
export type Welcome = z.infer<typeof welcome>;
export type ReportBatch = z.infer<typeof reportBatch>;
export type ReportAnswer = z.infer<typeof reportAnswer>;
export type Inventory = z.infer<typeof inventory>;
export type InventoryAnswer = z.infer<typeof inventoryAnswer>;
