import { z } from 'zod';

/** A point in time, UTC, milliseconds: `2026-11-22T20:57:59.123Z`. Always data, never read from a clock by a rule (law 9). */
export type Instant = string & { readonly __brand: 'Instant' };

export const instant = z.iso.datetime({ precision: 3 }).transform((text) => text as Instant);

/** Ids of jobnets, jobs, runs and agents: they stand in URLs, stream names and file names as they are. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export const identifier = z.string().regex(ID_PATTERN);

/** `run~job~ordinal`, and `~epoch` behind it after a log was restored: an id that the lost stretch used is never given again. The tilde stands in no id, so two executions never share a name; it is safe in URLs and file names. */
export const executionIdSchema = z.string().max(300).regex(/^[A-Za-z0-9._-]+~[A-Za-z0-9._-]+~[0-9]+(~[0-9]+)?$/);

/** Who did it: a person (by an operator's token), an agent (its fact) or a server (a policy written in the job, housekeeping). */
export const actor = z.object({
  kind: z.enum(['operator', 'agent', 'server']),
  id: z.string(),
  tokenId: z.string().optional(),
});

export type Actor = z.infer<typeof actor>;

/**
 * What is recorded beside every event.
 * `commandId` names the command that decided it, `correlationId` the whole it belongs to (a run), `causationId` what caused
 * the command (an event's id or the command itself).
 */
export interface EventMetadata {
  readonly at: Instant;
  readonly actor: Actor;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly reason?: string | undefined;
  readonly ticket?: string | undefined;
  /** What the caller asked under an `Idempotency-Key`, as a hash: the key with another request is refused. Only where there was a key. */
  readonly fingerprint?: string | undefined;
}
