import { instant } from '#events/vocabulary';
import { z } from 'zod';
import { position } from './agent-link.js';
import { named } from './named.js';

/**
 * A server on this log. `state` and `since` are folded; what is below `thisOne` is heard of it now, and is missing where nothing is.
 * `position`: up to where it has folded the log; `behindMs`: for how many milliseconds that has not been all (0: it has).
 */
export const serverView = named('Server', z.object({
  server: z.string(), state: z.enum(['serving', 'silent', 'stopped']), since: instant, reason: z.string().optional(),
  startedAt: instant, version: z.string(), host: z.string(), pid: z.int(), ownsTimers: z.boolean(), thisOne: z.boolean(),
  url: z.string().optional(), position: position.optional(), behindMs: z.number().nonnegative().optional(),
}));

export type ServerView = z.infer<typeof serverView>;
