import { z } from 'zod';
import { named } from './named.js';

/** One fault of a jobnet definition, where it stands in the text (1-based), and what would be accepted. */
export const definitionFault = named('DefinitionFault', z.object({
  code: z.string(),
  message: z.string(),
  path: z.string(),
  line: z.int().positive(),
  column: z.int().positive(),
}), 'One fault of a jobnet\'s text, where it stands (1-based), and what would be accepted.');

/** RFC 9457 problem document, `application/problem+json`. `code` is stable, the texts are for people. */
export const problem = named('Problem', z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  faults: z.array(definitionFault).optional(),
}), 'RFC 9457. `code` is stable, the texts are for people. `faults` comes with `invalid-definition`.');

export type DefinitionFault = z.infer<typeof definitionFault>;
export type Problem = z.infer<typeof problem>;
