import { z } from 'zod';

/** One fault of a jobnet definition, where it stands in the text (1-based), and what would be accepted. */
export const definitionFault = z.object({
  code: z.string(),
  message: z.string(),
  path: z.string(),
  line: z.int().positive(),
  column: z.int().positive(),
});

/** RFC 9457 problem document, `application/problem+json`. `code` is stable, the texts are for people. */
export const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  faults: z.array(definitionFault).optional(),
});

export type DefinitionFault = z.infer<typeof definitionFault>;
export type Problem = z.infer<typeof problem>;
