import { identifier } from '#events/vocabulary';
import { z } from 'zod';
import { named } from './named.js';

/**
 * The form of a jobnet as people write it, in JSON or YAML, told for readers of the API's document. The server reads texts with a reader of
 * its own, which knows lines and columns, names every fault and asks more than a schema can (`#domain/jobnet/definition`).
 */
const variableName = z.string().regex(/^(?!KIROKU_)[A-Za-z_][A-Za-z0-9_]{0,127}$/);
const values = z.record(variableName, z.union([z.string().max(32 * 1024), z.number(), z.boolean()]));
const policy = z.enum(['ask', 'fail', 'rerun']).optional();

const seconds = z.int().min(1).max(31_536_000);
const then = z.enum(['warn', 'stop']).optional();
const exitCode = z.int().min(0).max(255);
const retryReason = z.enum(['failed', 'stopped-by-timeout']);

const retry = z.strictObject({
  limit: z.int().min(1).max(100), delaySeconds: z.int().min(0).max(31_536_000).optional(), backoff: z.number().min(1).max(10).optional(), maxDelaySeconds: seconds.optional(),
  exitCodes: z.union([exitCode, z.array(exitCode).min(1)]).optional(), on: z.union([retryReason, z.array(retryReason).min(1)]).optional(),
});

const ofEveryJob = {
  agent: identifier, after: z.union([identifier, z.array(identifier)]).optional(), parameters: values.optional(), stopGraceSeconds: z.int().min(0).max(86_400).optional(), onLost: policy, onUnknown: policy,
  delaySeconds: seconds.optional(), timeout: z.strictObject({ seconds, then }).optional(), retry: retry.optional(),
};

const commandJob = z.strictObject({
  ...ofEveryJob,
  command: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  successCodes: z.union([z.int().min(0).max(255), z.array(z.int().min(0).max(255)).min(1)]).optional(),
  env: values.optional(), cwd: z.string().min(1).optional(),
});

const taskJob = z.strictObject({ ...ofEveryJob, task: identifier });

export const jobnetText = named('JobnetText', z.strictObject({
  jobnet: identifier, onFailure: z.enum(['hold', 'end']).optional(), parameters: values.optional(),
  deadline: z.union([
    z.strictObject({ expectedSeconds: seconds, latestStartSeconds: seconds.optional(), then }),
    z.strictObject({ latestStartSeconds: seconds, then }),
  ]).optional(),
  timeout: z.strictObject({ seconds }).optional(),
  jobs: z.record(identifier, z.union([commandJob, taskJob])),
}), 'A jobnet as it is written, as JSON. YAML of the same form is taken too, and is what people write.');
