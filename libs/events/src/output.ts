import { z } from 'zod';

/** What a result says of one output file: all of it stays on the agent, the last bytes travel. */
export const outputSummary = z.object({
  bytes: z.int().nonnegative(),
  /** Of the whole file, lower-case hexadecimal. Absent in results that were recorded before version 2. */
  sha256: z.string().optional(),
  /** The last bytes, at most 4 KiB, decoded as UTF-8 with replacement characters. */
  tail: z.string().max(4096),
  /** True when the tail is not the whole. */
  truncated: z.boolean(),
});

export const output = z.object({ stdout: outputSummary, stderr: outputSummary });

export type OutputSummary = z.infer<typeof outputSummary>;
export type Output = z.infer<typeof output>;
