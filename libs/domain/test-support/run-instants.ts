import type { Instant } from '#events/vocabulary';

/** The evening of the ticket: constants, because rules never read a clock. */
export const ACCEPTED_AT = '2026-11-22T20:57:58.001Z' as Instant;
export const STARTED_AT = '2026-11-22T20:57:58.104Z' as Instant;
export const OVERRAN_AT = '2026-11-22T20:58:02.104Z' as Instant;
export const FINISHED_AT = '2026-11-22T20:58:04.750Z' as Instant;
export const RECORDED_AT = '2026-11-22T21:00:00.000Z' as Instant;

export const RUN = 'A-20261122';

/** When histories began, on the tests' own clock. */
export const HISTORY_AT = '2026-11-22T20:00:00.000Z' as Instant;

/** The name of an execution of the run above. */
export function execution(jobId: string, ordinal = 1): { jobId: string; executionId: string } {
  return { jobId, executionId: `${RUN}~${jobId}~${ordinal}` };
}
