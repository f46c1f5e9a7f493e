import { z } from 'zod';
import { identifier } from './vocabulary.js';

/** Values that reach a process as environment variables, never as text of a script. */
export const variables = z.record(z.string(), z.string());

/** What is done without asking anybody; `ask` (the default) leaves it to an operator. */
const policy = z.enum(['ask', 'fail', 'rerun']).optional();

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
}).refine(({ command, task }) => (command === undefined) !== (task === undefined), 'a job has either a command or a task');

/** A jobnet as it is stored: its jobs in the order in which they were written. */
export const jobnetDefinition = z.object({
  jobnet: identifier,
  /** `hold`: a failed job waits for an operator. `end`: the run ends failed when nothing else can run. */
  onFailure: z.enum(['hold', 'end']),
  parameters: variables,
  jobs: z.array(jobDefinition),
});

export type JobDefinition = z.infer<typeof jobDefinition>;
export type JobnetDefinition = z.infer<typeof jobnetDefinition>;
