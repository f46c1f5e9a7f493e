import { z } from 'zod';
import { identifier } from './vocabulary.js';

/** Values that reach a process as environment variables, never as text of a script. */
export const variables = z.record(z.string(), z.string());

/** What is done without asking anybody; `ask` (the default) leaves it to an operator. */
const policy = z.enum(['ask', 'fail', 'rerun']).optional();

/** A year: whoever waits longer wants a schedule. */
const MOST_SECONDS = 31_536_000;
const seconds = z.int().positive().max(MOST_SECONDS);

/** How long an execution may take, from its start; its agent keeps it. `warn` puts on record that it took longer, `stop` stops it. */
const timeout = z.object({ seconds, then: z.enum(['warn', 'stop']) });

/** Further attempts after a failure, and how long each waits: `delaySeconds`, times `backoff` from one to the next, at most `maxDelaySeconds`. */
const retry = z.object({
  limit: z.int().positive().max(100),
  delaySeconds: z.int().min(0).max(MOST_SECONDS),
  backoff: z.number().min(1).max(10),
  maxDelaySeconds: seconds.optional(),
  /** Of failures by exit code, only these; all of them without it. */
  exitCodes: z.array(z.int()).optional(),
  /** What it covers: an exit code that is no success, a stop by the job's own time-out. */
  on: z.array(z.enum(['failed', 'stopped-by-timeout'])).min(1),
});

/** From the instant at which the run was to start. `warn` puts on record what is late, `stop` stops the run as well. */
const deadline = z.object({ expectedSeconds: seconds.optional(), latestStartSeconds: seconds.optional(), then: z.enum(['warn', 'stop']) });

/** A job as it is stored: every default filled in, `after` always a list. It has either a command or a task. */
export const jobDefinition = z.object({
  id: identifier,
  /** An argument vector, or one string for `/bin/sh -c`. */
  command: z.union([z.string(), z.array(z.string())]).optional(),
  /** The name of a function in the module that the agent was given (`--tasks`). */
  task: identifier.optional(),
  agent: identifier,
  after: z.array(identifier),
  /** Exit codes that mean success; `[0]` unless written otherwise. */
  successCodes: z.array(z.int()),
  env: variables,
  parameters: variables,
  cwd: z.string().optional(),
  /** Between SIGTERM and SIGKILL when the job is stopped; 10 seconds unless written otherwise. */
  stopGraceSeconds: z.int().min(0).max(86_400).optional(),
  /** When it is proven that no process of its execution is left and how it ended cannot be known. */
  onLost: policy,
  /** When the agent does not hold its execution any more (a new or rolled-back journal). A process of it may still run somewhere. */
  onUnknown: policy,
  /** It waits so long after the way is free for it. */
  delaySeconds: seconds.optional(),
  timeout: timeout.optional(),
  retry: retry.optional(),
}).refine(({ command, task }) => (command === undefined) !== (task === undefined), 'a job has either a command or a task');

/** A jobnet as it is stored: its jobs in the order in which they were written. */
export const jobnetDefinition = z.object({
  jobnet: identifier,
  /** `hold`: a failed job waits for an operator. `end`: the run ends failed when nothing else can run. */
  onFailure: z.enum(['hold', 'end']),
  parameters: variables,
  deadline: deadline.optional(),
  /** A run that takes longer is stopped. From the same instant as `deadline`. */
  timeout: z.object({ seconds }).optional(),
  jobs: z.array(jobDefinition),
});

export type JobDefinition = z.infer<typeof jobDefinition>;
export type JobnetDefinition = z.infer<typeof jobnetDefinition>;
