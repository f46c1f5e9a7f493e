import { z } from 'zod';
import { defineEvent, type EventOf } from './define-event.js';
import { executionIdSchema, identifier, instant } from './vocabulary.js';

/** A point of the log as an agent remembers it: the newest position it was given, and the event there. */
export const receipt = z.object({ position: z.string().regex(/^[0-9]+$/), eventId: z.string() });

const journal = {
  journalId: z.string(),
  /** The last durable record of the agent's journal. A lower one than before means that the journal was rolled back. */
  journalSequence: z.int().nonnegative(),
  /** Every dispatch at or below this position reached the agent's journal. */
  servedUpTo: z.string().regex(/^[0-9]+$/),
  previousSession: z.int().nonnegative().optional(),
};

/** The process that says a hello, and which of its hellos it is: what it said before that is not so any more, whenever it arrives. */
export const agentProcess = z.object({
  id: z.uuid(),
  /** Since the boot of its host, in milliseconds: of two processes of one boot the older one has ended. */
  started: z.int().nonnegative(),
  hello: z.int().positive(),
});

/** More than an agent says. */
export const openedBy = z.array(z.uuid()).max(1_000);

export const agentEvents = {
  AgentEnrolled: defineEvent('AgentEnrolled', 1, 'An agent\'s name was taken with the enrolment token; the agent has a credential of its own.', z.object({
    agent: identifier, credentialHash: z.string(), tokenId: z.string(),
  })),
  AgentCredentialRotated: defineEvent('AgentCredentialRotated', 1, 'The name was enrolled again: the former credential is void.', z.object({ credentialHash: z.string(), tokenId: z.string() })),
  AgentConnected: defineEvent('AgentConnected', 1, 'A session of the agent began; its number is this event\'s revision.', z.object({
    agent: identifier, server: z.string(), ...journal, slots: z.int().positive(), receipt: receipt.optional(),
    version: z.string(), host: z.string(), pid: z.int(), bootId: z.string(), epoch: z.int().positive().optional(),
    process: agentProcess.optional(),
    /** The processes that have opened the journal since the session that it knows of, its own one first: each does so before its first hello. */
    openedBy: openedBy.optional(),
    /** Why nothing that was dispatched before counts as served, other than by what the journal says of itself. */
    startsAnew: z.enum(['log-restored', 'journal-rolled-back']).optional(),
  })),
  AgentConnectionRefused: defineEvent('AgentConnectionRefused', 1, 'Somebody else connects with this name; the session that lives keeps it.', z.object({ ...journal, host: z.string(), pid: z.int(), reason: z.string() })),
  AgentContactLost: defineEvent('AgentContactLost', 1, 'A session ended; the executions of the agent are silent from now on.', z.object({ session: z.int().nonnegative(), reason: z.string() })),
  AgentUnreachable: defineEvent('AgentUnreachable', 1, 'The agent was silent for longer than its grace. That is evidence: no execution of it changes its state.', z.object({
    /** The session that was its last; none when it never had one. */
    session: z.int().nonnegative().optional(),
    /** When that session ended, or its server started anew. */
    silentSince: instant,
  })),
  AgentDeclaredLost: defineEvent('AgentDeclaredLost', 1, 'An operator says that the agent\'s host is gone, and every process of it; its open executions are abandoned. A new session ends that.', z.object({})),
  AgentDrained: defineEvent('AgentDrained', 1, 'An operator lets nothing more be dispatched to the agent; what it has goes on.', z.object({})),
  AgentResumed: defineEvent('AgentResumed', 1, 'An operator lets a drained agent get work again.', z.object({})),
  ReportUnmatched: defineEvent('ReportUnmatched', 1, 'A report that fits no run of this agent was kept for an operator to see.', z.object({
    executionId: executionIdSchema, sequence: z.int().nonnegative(), why: z.string(), report: z.record(z.string(), z.unknown()),
  })),
};

export type AgentProcess = z.infer<typeof agentProcess>;
export type AgentEvent = EventOf<(typeof agentEvents)[keyof typeof agentEvents]>;
export type Receipt = z.infer<typeof receipt>;
