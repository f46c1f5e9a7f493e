import { actor, executionIdSchema, identifier, instant } from '#events/vocabulary';
import { jobnetDefinition } from '#events/definition';
import { runOccurrence } from '#events/run.events';
import { z } from 'zod';
import { position } from './agent-link.js';
import { named } from './named.js';

/** What clients and servers say to each other (design sections 7 and 9). Both lists of words may grow: readers accept others. */
export const RUN_STATUSES = ['running', 'failing', 'held', 'succeeded', 'failed', 'stopped'] as const;
export const JOB_STATES = ['waiting', 'delayed', 'ready', 'held', 'dispatched', 'running', 'succeeded', 'failed', 'retrying', 'stopped', 'skipped', 'lost'] as const;
export const JOBNET_STATES = ['enabled', 'disabled', 'retired'] as const;
export const EVIDENCE_KINDS = ['none', 'confirmed', 'silent', 'unreachable', 'unknown-to-agent', 'orphaned'] as const;

const runStatus = named('RunStatus', z.enum(RUN_STATUSES), 'The list may grow: accept words that you do not know.');
const jobState = named('JobState', z.enum(JOB_STATES), 'The list may grow: accept words that you do not know.');
const jobnetState = named('JobnetState', z.enum(JOBNET_STATES), 'Whether runs may be started. The list may grow: accept words that you do not know.');
const evidenceKind = named('EvidenceKind', z.enum(EVIDENCE_KINDS), 'What is known of an execution, beside its state. The list may grow: accept words that you do not know.');

named('Identifier', identifier, 'Of a jobnet, a job, a run, an agent or an operator.', 'A1');
named('ExecutionId', executionIdSchema, '`run~job~ordinal`: one dispatch of a job.', '01M82YF1NZEDHB7RK0Q8TQRWW7~A1~1');
named('Instant', instant, 'UTC, milliseconds.', '2026-11-22T20:57:59.123Z');
named('Actor', actor, 'Who did it: an operator (by a token), an agent (its fact) or a server (a policy written in the job, housekeeping).');
named('JobnetDefinition', jobnetDefinition, 'A jobnet as it is stored: every default filled in.');

export type RunStatus = (typeof RUN_STATUSES)[number];
export type JobState = (typeof JOB_STATES)[number];
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

const why = z.string().trim().min(1).max(2000);
/** As in a definition: names of environment variables that are not ours, and texts that can stand in an environment. */
const parameterName = z.string().regex(/^(?!KIROKU_)[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'a name has letters, digits and _, and does not begin with KIROKU_');
const parameterValue = z.string().max(32 * 1024).refine((text) => !text.includes('\0'), 'a NUL character cannot stand in an environment');
const parameters = z.record(parameterName, parameterValue);

/** `POST /jobnets/{id}/runs` */
export const startRunBody = named('StartRun', z.strictObject({ parameters: parameters.optional(), reason: why.optional(), ticket: z.string().max(200).optional() }));

export const expectation = named('Expectation', z.strictObject({ executionId: executionIdSchema.optional(), state: jobState.optional() }), 'Optional precondition of an intervention: refused (409) unless the job still is as the operator saw it.');

const ticket = z.string().max(200).optional();
const intervention = { reason: why, ticket, expect: expectation.optional() };

/** `POST /runs/{runId}/stop|hold|release` */
export const runInterventionBody = named('RunIntervention', z.strictObject({ reason: why, ticket }));

/** `POST /runs/{runId}/jobs/{jobId}/skip|stop|hold|release` */
export const jobInterventionBody = named('JobIntervention', z.strictObject(intervention));

/** `.../rerun` */
export const rerunJobBody = named('RerunJob', z.strictObject({ ...intervention, concurrent: z.boolean().default(false) }), '`concurrent` is needed over an execution that is still out.');

/** `.../settle` */
export const settleJobBody = named('SettleJob', z.strictObject({ ...intervention, outcome: z.enum(['succeeded', 'failed']), exitCode: z.int().min(-255).max(255).optional() }), 'How the job ended, as far as a person knows.');

/** `.../adopt` */
export const adoptLateResultBody = named('AdoptLateResult', z.strictObject({ ...intervention, executionId: executionIdSchema.optional() }), 'Which late result; the newest without an execution.');

export const jobnetExpectation = named('JobnetExpectation', z.strictObject({ version: z.int().positive().optional(), state: jobnetState.optional() }), 'Optional precondition: refused (409) unless the jobnet still is as the operator saw it.');

/** `POST /jobnets/{id}/enable` */
export const enableJobnetBody = named('EnableJobnet', z.strictObject({ reason: why.optional(), ticket, expect: jobnetExpectation.optional() }));

/** `POST /jobnets/{id}/disable|retire` */
export const closeJobnetBody = named('CloseJobnet', z.strictObject({ reason: why, ticket, expect: jobnetExpectation.optional() }));

const agentExpectation = named('AgentExpectation', z.strictObject({ session: z.int().nonnegative().optional(), drainedSince: instant.optional() }), 'Optional precondition: refused (409) unless this is the agent\'s newest session, or the drain that holds.');

/** `POST /agents/{name}/drain` */
export const drainAgentBody = named('DrainAgent', z.strictObject({ reason: why, ticket, expect: agentExpectation.optional() }));

/** `POST /agents/{name}/declare-lost` */
export const declareAgentLostBody = named('DeclareAgentLost', z.strictObject({ reason: why, ticket, expect: agentExpectation.optional() }), 'The host is gone, and every process of it.');

/** `POST /agents/{name}/resume` */
export const resumeAgentBody = named('ResumeAgent', z.strictObject({ reason: why.optional(), ticket, expect: agentExpectation.optional() }));

export const OPERATOR_ROLES = ['viewer', 'operator', 'admin'] as const;

/** `POST /operators` */
export const addOperatorBody = named('AddOperator', z.strictObject({ name: identifier, role: z.enum(OPERATOR_ROLES), expiresInDays: z.int().min(1).max(3650).optional(), reason: why.optional(), ticket }), 'A name that is there already gets a further token. At most ten years.');

export const issuedToken = named('IssuedToken', z.object({ position, token: z.string() }), 'The one answer in which a token stands; only its hash is kept.');

export const commandAnswer = named('CommandAnswer', z.object({ position, runId: identifier.optional(), version: z.int().optional(), alreadySo: z.literal(true).optional() }),
  'Where the effect of the command stands in the log. `alreadySo`: nothing was recorded, neither now nor by an earlier sending, and a reason that was given neither.');

export const evidence = named('Evidence', z.object({ kind: evidenceKind, since: instant.optional(), lastHeardAt: instant.optional() }), '`since`: when the kind began to hold; of `confirmed` when it was confirmed last, by a word about the execution or by the session that has it in its inventory, whichever is newer. `lastHeardAt`: the last recorded fact about the execution.');

/** Of what is out. No fact of the log, and it decides nothing. */
const liveContact = { lastContactAt: instant.optional().describe('When this server process last heard of the agent of what is out: by a hello, a report or a sign of life. Not there while the agent is connected with another server, nor after a restart until it is back.') };

const ended = { exitCode: z.int().optional(), signal: z.string().optional(), startedAt: instant.optional(), finishedAt: instant.optional() };

export const executionView = named('Execution', z.object({
  executionId: executionIdSchema, attempt: z.int(), agent: identifier, state: z.string(), evidence, ...liveContact, ...ended,
  dispatchedAt: instant, acceptedAt: instant.optional(), durationMs: z.number().optional(),
  /** Why it was declined, lost, orphaned or never started. */
  reason: z.string().optional(),
  /** Set when the result arrived after the job was decided. */
  late: z.boolean().optional(),
  /** Since when it takes longer than the job's time-out, which only warns. */
  overranAt: instant.optional(),
  /** The job's time-out stopped it. */
  timedOut: z.boolean().optional(),
}));

const JOB_DECISIONS = ['skip', 'stop', 'hold', 'release', 'rerun', 'settle', 'adopt', 'abandon', 'fail'] as const;

const jobDecision = named('JobDecision', z.object({
  decision: z.enum(JOB_DECISIONS), at: instant, actor, reason: z.string().optional(), ticket: z.string().optional(),
  policy: z.enum(['onLost', 'onUnknown', 'retry', 'deadline', 'timeout']).optional(),
}), 'What a person, or a `policy` written in the job, decided: `fail` is a policy\'s. The list may grow: accept words that you do not know.');

export const jobView = named('Job', z.object({
  jobId: identifier, state: jobState, evidence, ...liveContact, attempt: z.int(), agent: identifier, after: z.array(identifier),
  executionId: executionIdSchema.optional(), ...ended,
  /** Intents that no agent has answered yet. */
  pending: z.array(z.string()),
  /** What keeps the job from starting, for people. */
  waitsFor: z.array(z.string()).optional(),
  /** When it goes on by itself: its delay is over, or its next attempt is due. */
  dueAt: instant.optional(),
  /** How long an execution of it may take, as its definition has it. */
  timeout: z.object({ seconds: z.int(), then: z.enum(['warn', 'stop']) }).optional(),
  /** The newest; what is said of an execution that a decided job has left open is not one. */
  lastDecision: jobDecision.optional(),
  executions: z.array(executionView),
}), 'A job of a run. The flat fields are those of its current execution.');

export const runView = named('Run', z.object({
  runId: identifier, jobnet: identifier, version: z.int(), revision: z.int(), status: runStatus,
  startedAt: instant, finishedAt: instant.optional(), jobs: z.array(jobView),
  /** When it was to start, where that was planned. */
  nominalAt: instant.optional(),
  /** Of a schedule, which started it: `key` names it in the schedule's events. */
  occurrence: runOccurrence.optional(),
  /** What the clock will bring first. The list of kinds may grow. */
  nextDue: z.object({ kind: z.enum(['delay', 'retry', 'latest-start', 'expected-end', 'timeout']), at: instant }).optional(),
  /** Instants written in the jobnet that have passed: `start-overdue`, nothing had started; `overran`, it was to be finished. */
  warnings: z.array(z.object({ kind: z.enum(['start-overdue', 'overran']), due: instant, at: instant })).optional(),
  /** Why its history cannot be; it takes no command any more. */
  corrupt: z.string().optional(),
}));

/** A row of `GET /running`, the least certain ones first. */
export const runningView = named('OpenExecution', z.object({
  runId: identifier, jobnet: identifier, jobId: identifier, jobState, executionId: executionIdSchema, attempt: z.int(),
  agent: identifier, state: z.string(), evidence, ...liveContact, dispatchedAt: instant, startedAt: instant.optional(),
}), 'One open execution.');

/** What a person has ordered and nobody has taken back. */
const standingOrder = named('StandingOrder', z.object({ since: instant, by: actor, reason: z.string().optional(), ticket: z.string().optional() }), 'An order that holds: since when, whose, and why.');

export const jobnetView = named('Jobnet', z.object({
  jobnet: identifier, version: z.int(), revision: z.int(), definition: jobnetDefinition, definedAt: instant, definedBy: actor, state: jobnetState,
  /** Unless it is enabled: why no run of it can be started. */
  closed: standingOrder.optional(),
  /** How many runs wait until others of it are over: `GET /jobnets/{id}/queue`. */
  queued: z.int().optional(),
}));

export const jobnetVersionView = named('JobnetVersion', z.object({
  version: z.int(), definition: jobnetDefinition, at: instant, actor, reason: z.string().optional(), ticket: z.string().optional(),
}));

export const outputView = named('Output', z.object({ stream: z.enum(['stdout', 'stderr']), executionId: executionIdSchema, bytes: z.int(), sha256: z.string().optional(), tail: z.string(), complete: z.boolean() }), 'The last 4 KiB that came with the result. `complete` is true when that is all there was.');

export const agentView = named('Agent', z.object({
  name: identifier, state: z.enum(['connected', 'away']), since: instant, slots: z.int(), openExecutions: z.int(), session: z.int().optional(),
  host: z.string().optional(), version: z.string().optional(), enrolledAt: instant, unmatchedReports: z.int(),
  /** Nothing more is dispatched to it. With no open execution left, it is safe to take down. */
  drained: standingOrder.optional(),
  /** Nobody waits for what it had. Over by itself when it connects. */
  declaredLost: standingOrder.optional(),
  /** It has been away for longer than its grace, on record. `since` is when it went. */
  unreachable: z.boolean().optional(),
  /** It comes and gets no session: it was told of more than this log holds. Nothing follows from its silence until an operator says that the log was restored. */
  refused: z.object({ code: z.literal('log-behind-agent'), at: instant }).optional(),
  /** When this server process last heard of it. No fact of the log: it is not there after a restart, until the agent is, nor while another server has it. */
  lastContactAt: instant.optional(),
}));

/** `GET /agents/{name}` */
export const agentDetailsView = named('AgentDetails', z.object({
  ...agentView.shape,
  newestSession: z.object({
    session: z.int(), server: z.string(), connectedAt: instant, host: z.string(), pid: z.int(), bootId: z.string(), version: z.string(), journalId: z.string(), journalSequence: z.int(),
  }).optional(),
  open: z.array(runningView),
  /** Reports that fit no run. They are acknowledged, and stand on the agent's stream with all that they carried. */
  unmatched: z.array(z.object({ at: instant, executionId: executionIdSchema, sequence: z.int(), state: z.string(), why: z.string() })),
  /** Others that wanted to connect with the name of this agent while its session lived. */
  refusedConnections: z.array(z.object({ at: instant, host: z.string(), pid: z.int(), reason: z.string() })),
}), 'An agent with all that an operator has to look into. Open executions: the least certain first. Of unmatched reports and of refused connections the newest 100, oldest first.');

export const tokenView = named('Token', z.object({ tokenId: z.string(), issuedAt: instant, expiresAt: instant.optional(), revokedAt: instant.optional(), lastUse: instant.optional() }), '`lastUse` is the newest use on record: the first one since a server\'s start.');

export const operatorView = named('Operator', z.object({ name: identifier, role: z.enum([...OPERATOR_ROLES, 'enrolment']), tokens: z.array(tokenView) }), '`enrolment` is the role of the principal behind `agent.token`.');

export const eventView = named('Event', z.object({
  position, stream: z.string(), revision: z.int(), id: z.string(), type: z.string(), schemaVersion: z.int(), at: instant, actor,
  reason: z.string().optional(), ticket: z.string().optional(), commandId: z.string(), correlationId: z.string(), causationId: z.string(), data: z.unknown(),
}), 'An event: the metadata is flat.');

/** `GET /executions/{executionId}` */
export const executionDetailsView = named('ExecutionDetails', z.object({
  runId: identifier, jobnet: identifier, jobId: identifier, jobState, execution: executionView, events: z.array(eventView),
}), 'An execution with its job, and every event that names it, oldest first.');

export const validateAnswer = named('ValidText', z.object({ valid: z.literal(true), definition: jobnetDefinition }));

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().optional() });
}

export type Evidence = z.infer<typeof evidence>;
export type ExecutionView = z.infer<typeof executionView>;
export type JobView = z.infer<typeof jobView>;
export type RunView = z.infer<typeof runView>;
export type RunningView = z.infer<typeof runningView>;
export type JobnetState = (typeof JOBNET_STATES)[number];
export type JobnetView = z.infer<typeof jobnetView>;
export type JobnetVersionView = z.infer<typeof jobnetVersionView>;
export type JobDecision = z.infer<typeof jobDecision>;
export type StandingOrder = z.infer<typeof standingOrder>;
export type OutputView = z.infer<typeof outputView>;
export type AgentView = z.infer<typeof agentView>;
export type AgentDetailsView = z.infer<typeof agentDetailsView>;
export type ExecutionDetailsView = z.infer<typeof executionDetailsView>;
export type IssuedToken = z.infer<typeof issuedToken>;
export type TokenView = z.infer<typeof tokenView>;
export type OperatorView = z.infer<typeof operatorView>;
export type EventView = z.infer<typeof eventView>;
export type StartRunBody = z.infer<typeof startRunBody>;
export type RunInterventionBody = z.infer<typeof runInterventionBody>;
export type JobInterventionBody = z.infer<typeof jobInterventionBody>;
export type RerunJobBody = z.infer<typeof rerunJobBody>;
export type SettleJobBody = z.infer<typeof settleJobBody>;
export type AdoptLateResultBody = z.infer<typeof adoptLateResultBody>;
export type AddOperatorBody = z.infer<typeof addOperatorBody>;
export type EnableJobnetBody = z.infer<typeof enableJobnetBody>;
export type CloseJobnetBody = z.infer<typeof closeJobnetBody>;
export type DrainAgentBody = z.infer<typeof drainAgentBody>;
export type ResumeAgentBody = z.infer<typeof resumeAgentBody>;
export type DeclareAgentLostBody = z.infer<typeof declareAgentLostBody>;
export type CommandAnswer = z.infer<typeof commandAnswer>;
export type List<Item> = { items: Item[]; next?: string };
