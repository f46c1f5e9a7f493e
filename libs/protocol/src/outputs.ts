import { executionIdSchema } from '#events/vocabulary';
import { z } from 'zod';

/**
 * The whole of an output, from the agent through the server to whoever asks (docs/decisions/0007).
 *
 *   GET  /api/v1/runs/{runId}/jobs/{jobId}/output    Accept: application/octet-stream    the bytes
 *   GET  /api/v1/agents/{name}/dispatches            frame `output`                      the server wants them
 *   POST /api/v1/agents/{name}/outputs/{requestId}   the bytes, chunked, or an OutputRefusal as JSON
 *
 * The bytes have come whole when the body has come to its proper end: whatever breaks on the way breaks the connection.
 */

/** Transfers at a time from one agent, those that follow a job included. */
export const MOST_TRANSFERS = 8;

export const outputStream = z.enum(['stdout', 'stderr']);

/** Bytes, counted from the beginning of the output. */
const offset = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** `session`, and which bytes: up to `until`, which is what is on record of an execution that has ended; without it what there is, or all that comes. */
export const outputFrame = z.object({
  kind: z.literal('output'), session: z.int(), requestId: z.uuid(), executionId: executionIdSchema, stream: outputStream,
  from: offset, until: offset.optional(), follow: z.boolean(),
});

/** Why an agent sends no bytes. `execution-ended`: there is nothing to follow any more, and how much counts is on record now. */
export const outputRefusal = z.object({
  code: z.enum(['not-known', 'removed', 'unreadable', 'output-shorter', 'execution-ended', 'too-many-transfers']),
  detail: z.string().max(1_000),
});

const flag = z.enum(['true', 'false']).default('false');
const whole = z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/**
 * `attempt` or `execution` choose an earlier execution than the current one. Only for bytes: `from` goes on behind those that one has,
 * `follow` until the execution has ended. `tail`: what came with the result, whoever is away.
 */
export const outputQuery = z.object({
  stream: outputStream.default('stdout'), attempt: whole.optional(), execution: executionIdSchema.optional(), from: whole.default(0), follow: flag, tail: flag,
});

export type OutputFrame = z.infer<typeof outputFrame>;
export type OutputRefusal = z.infer<typeof outputRefusal>;
export type OutputQuery = z.infer<typeof outputQuery>;
export type OutputStream = z.infer<typeof outputStream>;
