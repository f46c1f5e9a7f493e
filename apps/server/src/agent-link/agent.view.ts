import type { AgentDetailsView, AgentView, RunningView } from '#protocol/api';
import type { Instant } from '#events/vocabulary';
import type { TrackedAgent } from '../agents/agents.projection.js';

/** What is not on the agent's own stream: how much it has to do with, and when this process last heard of it. */
export interface Doings {
  readonly openExecutions: number;
  readonly lastContactAt: Instant | undefined;
  /** Since when this process has refused it. */
  readonly refusedAt: Instant | undefined;
}

export function viewOfAgent({ agent, contact }: TrackedAgent, { openExecutions, lastContactAt, refusedAt }: Doings): AgentView {
  const { name, session, enrolledAt, unmatchedCount, drained, declaredLost } = agent;
  return {
    name, state: contact.connected ? 'connected' : 'away', since: contact.since, slots: session?.slots ?? 0,
    openExecutions, enrolledAt, unmatchedReports: unmatchedCount,
    ...(session === undefined ? {} : { session: session.number, host: session.host, version: session.version }),
    ...(drained === undefined ? {} : { drained }),
    ...(declaredLost === undefined ? {} : { declaredLost }),
    ...(contact.unreachable === true ? { unreachable: true } : {}),
    ...(refusedAt === undefined ? {} : { refused: { code: 'log-behind-agent', at: refusedAt } }),
    ...(lastContactAt === undefined ? {} : { lastContactAt }),
  };
}

export function detailsOfAgent(tracked: TrackedAgent, doings: Doings, open: RunningView[]): AgentDetailsView {
  const { agent: { session }, incidents } = tracked;
  return {
    ...viewOfAgent(tracked, doings),
    ...(session === undefined ? {} : { newestSession: newestSession(session) }),
    open, unmatched: [...incidents.unmatched], refusedConnections: [...incidents.refused],
  };
}

function newestSession({ number, server, connectedAt, host, pid, bootId, version, journalId, journalSequence }: NonNullable<TrackedAgent['agent']['session']>) {
  return { session: number, server, connectedAt, host, pid, bootId, version, journalId, journalSequence };
}
