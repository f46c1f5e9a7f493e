import { z } from 'zod';
import { defineEvent, type EventOf } from './define-event.js';
import { instant } from './vocabulary.js';

export const serverEvents = {
  ServerStarted: defineEvent('ServerStarted', 1, 'A server has folded the log and serves; sessions that agents had with it are over.', z.object({
    server: z.string(), version: z.string(), host: z.string(), pid: z.int(),
    found: z.object({ openRuns: z.int(), openExecutions: z.int(), silentSince: instant.optional() }),
  })),
  ServerStopped: defineEvent('ServerStopped', 1, 'A server was shut down in order.', z.object({ server: z.string(), reason: z.string() })),
};

export const logEvents = {
  LogCreated: defineEvent('LogCreated', 1, 'The first event of a log: it fixes the log\'s id.', z.object({ logId: z.string() })),
  EpochBegan: defineEvent('EpochBegan', 1, 'An operator said that the log was restored to an earlier state: what agents know beyond it happened, and is not in here.', z.object({
    epoch: z.int().positive(),
  })),
};

export type ServerEvent = EventOf<(typeof serverEvents)[keyof typeof serverEvents]>;
export type LogEvent = EventOf<(typeof logEvents)[keyof typeof logEvents]>;
