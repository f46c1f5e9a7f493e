import { z } from 'zod';
import { defineEvent, type EventOf } from './define-event.js';
import { instant } from './vocabulary.js';

/** One process of a server, told from those before it. */
const life = z.string();

export const serverEvents = {
  ServerStarted: defineEvent('ServerStarted', 1, 'A server has folded the log and serves; sessions that agents had with it are over.', z.object({
    server: z.string(), life: life.optional(), version: z.string(), host: z.string(), pid: z.int(),
    found: z.object({ openRuns: z.int(), openExecutions: z.int(), silentSince: instant.optional() }),
  })),
  ServerStopped: defineEvent('ServerStopped', 1, 'A server was shut down in order.', z.object({ server: z.string(), reason: z.string() })),
  ServerContactLost: defineEvent('ServerContactLost', 1, 'Another server on the same log has not heard of this one for some time; sessions that agents had with it are over, and it owns no timers.', z.object({
    server: z.string(), life: life.optional(), reason: z.string(),
  })),
  ServerReturned: defineEvent('ServerReturned', 1, 'A server that was not heard of serves again, in the same process.', z.object({ server: z.string(), life })),
};

export const logEvents = {
  LogCreated: defineEvent('LogCreated', 1, 'The first event of a log: it fixes the log\'s id.', z.object({ logId: z.string(), format: z.int().positive().optional() })),
  FormatRaised: defineEvent('FormatRaised', 1, 'From here on events of this format may be recorded. Every server that was there reads it; an older one cannot serve this log any more.', z.object({
    format: z.int().positive(), servers: z.array(z.object({ server: z.string(), version: z.string() })),
  })),
  EpochBegan: defineEvent('EpochBegan', 1, 'An operator said that the log was restored to an earlier state: what agents know beyond it happened, and is not in here.', z.object({
    epoch: z.int().positive(),
  })),
};

export const leaseEvents = {
  ClockLeaseTaken: defineEvent('ClockLeaseTaken', 1, 'From here on this server lets pass what time brings (schedules, delays, deadlines). It holds until that process of it is over or not heard of.', z.object({
    server: z.string(), life,
  })),
};

export type LeaseEvent = EventOf<(typeof leaseEvents)[keyof typeof leaseEvents]>;
export type ServerEvent = EventOf<(typeof serverEvents)[keyof typeof serverEvents]>;
export type LogEvent = EventOf<(typeof logEvents)[keyof typeof logEvents]>;
