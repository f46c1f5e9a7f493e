import type { z } from 'zod';
import { HttpProblem } from './http-problem.js';

/**
 * Checks what came in from outside.
 *
 * @throws HttpProblem 400 `invalid-request` that names each place and what would be accepted
 */
export function validate<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 10).map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  throw new HttpProblem(400, 'invalid-request', `the ${what} is not valid: ${issues.join('; ')}`);
}
