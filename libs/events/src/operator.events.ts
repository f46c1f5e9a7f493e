import { z } from 'zod';
import { defineEvent, type EventOf } from './define-event.js';
import { identifier, instant } from './vocabulary.js';

const tokenId = z.string();

export const operatorEvents = {
  OperatorAdded: defineEvent('OperatorAdded', 1, 'Somebody may use the server, in a role; `enrolment` is the principal behind `agent.token`.', z.object({
    operator: identifier, role: z.enum(['viewer', 'operator', 'admin', 'enrolment']),
  })),
  TokenIssued: defineEvent('TokenIssued', 1, 'A token was issued; the log knows its hash (SHA-256), never the token.', z.object({ tokenId, hash: z.string(), expiresAt: instant.optional() })),
  TokenUsed: defineEvent('TokenUsed', 1, 'A token was used for the first time since a server started.', z.object({ tokenId, server: z.string() })),
  TokenRevoked: defineEvent('TokenRevoked', 1, 'A token opens nothing any more, from this event on; who did it and why stands beside it.', z.object({ tokenId })),
};

export type OperatorEvent = EventOf<(typeof operatorEvents)[keyof typeof operatorEvents]>;
