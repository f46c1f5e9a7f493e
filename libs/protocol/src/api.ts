import { actor, executionIdSchema, identifier, instant } from '#events/vocabulary';
import { jobnetDefinition } from '#events/definition';
import { z } from 'zod';
import { position } from './agent-link.js';

/** What clients and servers say to each other (design sections 7 and 9). Both lists of words may grow: readers accept others. */
export const RUN_STATUSES = ['running', 'failing', 'held', 'succeeded', 'failed', 'stopped'] as const;
export const JOB_STATES = ['waiting', 'ready', 'held', 'dispatched', 'running', 'succeeded', 'failed', 'stopped', 'skipped', 'lost'] as const;
export const EVIDENCE_KINDS = ['none', 'confirmed', 'silent', 'unreachable', 'unknown-to-agent', 'orphaned'] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];
export type JobState = (typeof JOB_STATES)[number];
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

const why = z.string().trim().min(1).max(2000);
/** As in a definition: names of environment variables that are not ours, and texts that can stand in an environment. */
const parameterName = z.string().regex(/^(?!KIROKU_)[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'a name has letters, digits and _, and does not begin with KIROKU_');
const parameterValue = z.string().max(32 * 1024).refine((text) => !text.includes('\0'), 'a NUL character cannot stand in an environment');
const parameters = z.record(parameterName, parameterValue);

/** `POST /jobnets/{id}/runs` */
export const startRunBody = z.strictObject({ parameters: parameters.optional(), reason: why.optional(), ticket: z.string().max(200).optional() });

/** Optional precondition of an intervention: refused (409) unless the job still is as the operator saw it. */
export const expectation = z.strictObject({ executionId: executionIdSchema.optional(), state: z.enum(JOB_STATES).optional() });

const ticket = z.string().max(200).optional();
const intervention = { reason: why, ticket, expect: expectation.optional() };

/** `POST /runs/{runId}/stop|hold|release` */
export const runInterventionBody = z.strictObject({ reason: why, ticket });

/** `POST /runs/{runId}/jobs/{jobId}/skip|stop|hold|release` */
export const jobInterventionBody = z.strictObject(intervention);

/** `.../rerun`: `concurrent` is needed over an execution that is still out. */
export const rerunJobBody = z.strictObject({ ...intervention, concurrent: z.boolean().default(false) });

/** `.../settle`: how the job ended, as far as a person knows. */
export const settleJobBody = z.strictObject({ ...intervention, outcome: z.enum(['succeeded', 'failed']), exitCode: z.int().min(-255).max(255).optional() });

/** `.../adopt`: which late result; the newest without an execution. */
export const adoptLateResultBody = z.strictObject({ ...intervention, executionId: executionIdSchema.optional() });

export const OPERATOR_ROLES = ['viewer', 'operator', 'admin'] as const;

/** `POST /operators`: a name that is there already gets a further token. At most ten years. */
export const addOperatorBody = z.strictObject({ name: identifier, role: z.enum(OPERATOR_ROLES), expiresInDays: z.int().min(1).max(3650).optional(), reason: why.optional(), ticket });

/** The one answer in which a token stands; only its hash is kept. */
export const issuedToken = z.object({ position, token: z.string() });

export const commandAnswer = z.object({ position, runId: identifier.optional(), version: z.int().optional() });

/** `since`: when the kind began to hold. `lastHeardAt`: the last recorded fact about the execution. */
export const evidence = z.object({ kind: z.enum(EVIDENCE_KINDS), since: instant.optional(), lastHeardAt: instant.optional() });

const ended = { exitCode: z.int().optional(), signal: z.string().optional(), startedAt: instant.optional(), finishedAt: instant.optional() };

export const executionView = z.object({
  executionId: executionIdSchema, attempt: z.int(), agent: identifier, state: z.string(), evidence, ...ended,
  dispatchedAt: instant, acceptedAt: instant.optional(), durationMs: z.number().optional(),
  /** Why it was declined, lost, orphaned or never started. */
  reason: z.string().optional(),
  /** Set when the result arrived after the job was decided. */
  late: z.boolean().optional(),
});

export const jobView = z.object({
  jobId: identifier, state: z.enum(JOB_STATES), evidence, attempt: z.int(), agent: identifier, after: z.array(identifier),
  executionId: executionIdSchema.optional(), ...ended,
  /** Intents that no agent has answered yet. */
  pending: z.array(z.string()),
  /** What keeps the job from starting, for people. */
  waitsFor: z.array(z.string()).optional(),
  executions: z.array(executionView),
});

export const runView = z.object({
  runId: identifier, jobnet: identifier, version: z.int(), revision: z.int(), status: z.enum(RUN_STATUSES),
  startedAt: instant, finishedAt: instant.optional(), jobs: z.array(jobView),
});

/** A row of `GET /running`: one open execution, the least certain ones first. */
export const runningView = z.object({
  runId: identifier, jobnet: identifier, jobId: identifier, jobState: z.enum(JOB_STATES), executionId: executionIdSchema, attempt: z.int(),
  agent: identifier, state: z.string(), evidence, dispatchedAt: instant, startedAt: instant.optional(),
});

export const jobnetView = z.object({ jobnet: identifier, version: z.int(), revision: z.int(), definition: jobnetDefinition, definedAt: instant, definedBy: actor });

/** The last 4 KiB that came with the result. `complete` is true when that is all there was. */
export const outputView = z.object({ stream: z.enum(['stdout', 'stderr']), executionId: executionIdSchema, bytes: z.int(), sha256: z.string().optional(), tail: z.string(), complete: z.boolean() });

export const agentView = z.object({
  name: identifier, state: z.enum(['connected', 'away']), since: instant, slots: z.int(), openExecutions: z.int(), session: z.int().optional(),
  host: z.string().optional(), version: z.string().optional(), enrolledAt: instant, unmatchedReports: z.int(),
});

/** `lastUse` is the newest use on record: the first one since a server's start. */
export const tokenView = z.object({ tokenId: z.string(), issuedAt: instant, expiresAt: instant.optional(), revokedAt: instant.optional(), lastUse: instant.optional() });

/** `enrolment` is the role of the principal behind `agent.token`. */
export const operatorView = z.object({ name: identifier, role: z.enum([...OPERATOR_ROLES, 'enrolment']), tokens: z.array(tokenView) });

/** An event as the API shows it: the metadata is flat. */
export const eventView = z.object({
  position, stream: z.string(), revision: z.int(), id: z.string(), type: z.string(), schemaVersion: z.int(), at: instant, actor,
  reason: z.string().optional(), ticket: z.string().optional(), commandId: z.string(), correlationId: z.string(), causationId: z.string(), data: z.unknown(),
});

export const validateAnswer = z.object({ valid: z.literal(true), definition: jobnetDefinition });

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().optional() });
}

export type Evidence = z.infer<typeof evidence>;
export type ExecutionView = z.infer<typeof executionView>;
export type JobView = z.infer<typeof jobView>;
export type RunView = z.infer<typeof runView>;
export type RunningView = z.infer<typeof runningView>;
export type JobnetView = z.infer<typeof jobnetView>;
export type OutputView = z.infer<typeof outputView>;
export type AgentView = z.infer<typeof agentView>;
export type IssuedToken = z.infer<typeof issuedToken>;
export type TokenView = z.infer<typeof tokenView>;
export type OperatorView = z.infer<typeof operatorView>;
export type EventView = z.infer<typeof eventView>;
export type CommandAnswer = z.infer<typeof commandAnswer>;
export type List<Item> = { items: Item[]; next?: string };
