import { instant } from '#events/vocabulary';
import { z } from 'zod';
import { position } from './agent-link.js';
import { runInterventionBody } from './api.js';
import { named } from './named.js';

/** An agent that was told of a position which this log does not hold. */
export const agentAheadView = named('AgentAhead', z.object({ agent: z.string(), position, epoch: z.int().nonnegative(), at: instant }));

/** `GET /log`: which log this is, how often it was restored, where it ends, and which agents know more than it holds. `format`: what may be recorded; `newestFormat`: what this server reads. */
export const logView = named('Log', z.object({ logId: z.string(), epoch: z.int().nonnegative(), format: z.int().positive(), newestFormat: z.int().positive(), position, agentsAhead: z.array(agentAheadView) }));

/** `POST /log/restored`: an operator says that the log was restored to an earlier state. `expect.epoch`: the one that held when deciding. */
export const logRestoredBody = named('LogRestored', runInterventionBody.extend({
  expect: z.strictObject({ epoch: z.int().nonnegative().optional() }).optional(),
  force: z.boolean().default(false),
}), '`force`: although no agent has been seen that knows more than the log.');

/** `POST /log/raise-format` */
export const formatRaisedBody = named('FormatRaised', runInterventionBody);

export type FormatRaisedBody = z.infer<typeof formatRaisedBody>;
export type AgentAheadView = z.infer<typeof agentAheadView>;
export type LogView = z.infer<typeof logView>;
export type LogRestoredBody = z.infer<typeof logRestoredBody>;
