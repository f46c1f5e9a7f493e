import type { AgentEvent } from '#events/agent.events';
import type { Instant } from '#events/vocabulary';
import type { Decision } from '../rejection.js';
import type { Agent, AgentState } from './agent.state.js';

/** An agent has been silent for longer than its grace. How long that is, and that it is over, was measured by who says so. */
export interface RecordUnreachable {
  readonly type: 'RecordUnreachable';
  /** The session that was its last; undefined when it never had one. */
  readonly session: number | undefined;
  readonly silentSince: Instant;
}

/** Once a silence, whoever says it. A session that has begun meanwhile is another one, and ends the silence. */
export function recordUnreachable({ session, silentSince }: RecordUnreachable, agent: AgentState): Decision<AgentEvent> {
  if (agent === undefined || agent.unreachable || agent.session?.number !== session) return [];
  return [{ type: 'AgentUnreachable', data: { ...(session === undefined ? {} : { session }), silentSince } }];
}

/** A session goes on until the agent's stream says that it has ended, or somebody knows that its server has started anew since. */
export function isInSession({ session }: Agent, endedSession: number | undefined): boolean {
  return session !== undefined && session.endedAt === undefined && session.number !== endedSession;
}
