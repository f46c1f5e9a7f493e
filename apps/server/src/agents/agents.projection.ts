import { Injectable } from '@nestjs/common';
import type { AgentEvent } from '#events/agent.events';
import type { EventMetadata, Instant } from '#events/vocabulary';
import { agentDecider } from '#domain/agent/agent.decider';
import type { Agent } from '#domain/agent/agent.state';
import type { Position, RecordedEvent } from '#event-store/event-store.port';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';
import { type Incidents, incidentsAfter, NO_INCIDENTS } from './incidents.js';

/** Whether anybody is in contact with an agent, and since when that is so. */
export interface Contact {
  readonly connected: boolean;
  readonly since: Instant;
  /** It has been away for longer than its grace, on record. `since` is still when it went. */
  readonly unreachable?: true;
}

/** That an operator declared an agent lost: where in the log, and by whom and why. */
export interface Loss {
  readonly eventId: string;
  readonly position: Position;
  readonly metadata: EventMetadata;
}

export interface TrackedAgent {
  readonly agent: Agent;
  readonly contact: Contact;
  /** Of the session in which the agent's journal was new or had gone back: of what it was told before, it knows only its inventory. */
  readonly journalSince: Position;
  /** The newest one, also when the agent has come back since: what had been dispatched to it before is given up. */
  readonly loss?: Loss;
  readonly incidents: Incidents;
}

/** Every agent, with its contact. A session ends when the agent's stream says so, or when the server it was with starts, stops or is not heard of. */
@Injectable()
export class AgentsProjection implements Projection {
  private readonly agents = new Map<string, TrackedAgent>();
  private readonly names = new Map<string, string>();

  apply({ event, recorded }: FoldedEvent): void {
    if (event.type === 'ServerStarted' || event.type === 'ServerStopped' || event.type === 'ServerContactLost') return this.endSessionsWith(event.data.server, recorded.metadata.at);
    if (!recorded.stream.startsWith('agent-')) return;
    const name = recorded.stream.slice('agent-'.length);
    const before = this.agents.get(name);
    const agent = agentDecider.evolve(before?.agent, event as AgentEvent, recorded.metadata) as Agent;
    if (before !== undefined) this.names.delete(before.agent.credentialHash);
    this.names.set(agent.credentialHash, name);
    const loss = event.type === 'AgentDeclaredLost' ? lossBy(recorded) : before?.loss;
    this.agents.set(name, {
      agent, contact: contactAfter(before?.contact, event as AgentEvent, recorded.metadata.at),
      journalSince: isNewJournal(before?.agent, event as AgentEvent) ? recorded.position : (before?.journalSince ?? 0n),
      incidents: incidentsAfter(before?.incidents ?? NO_INCIDENTS, event as AgentEvent, recorded.metadata.at),
      ...(loss === undefined ? {} : { loss }),
    });
  }

  find(name: string): TrackedAgent | undefined {
    return this.agents.get(name);
  }

  /** The agent whose credential has this hash. */
  nameOf(credentialHash: string): string | undefined {
    return this.names.get(credentialHash);
  }

  /** The agent's newest session, when it is known to be over: also where only a start of its server has ended it. */
  endedSessionOf(name: string): number | undefined {
    const tracked = this.agents.get(name);
    return tracked === undefined || tracked.contact.connected ? undefined : tracked.agent.session?.number;
  }

  /** The server that an agent is connected with; undefined while it is with none. */
  serverOf(name: string): string | undefined {
    const tracked = this.agents.get(name);
    return tracked?.contact.connected === true ? tracked.agent.session?.server : undefined;
  }

  all(): Iterable<TrackedAgent> {
    return this.agents.values();
  }

  /** Those that can be given work, if they have a slot: connected, and not drained. */
  *available(): Iterable<{ name: string; slots: number }> {
    for (const { agent, contact } of this.agents.values()) {
      if (contact.connected && agent.session !== undefined && agent.drained === undefined) yield { name: agent.name, slots: agent.session.slots };
    }
  }

  private endSessionsWith(server: string, at: Instant): void {
    for (const [name, tracked] of this.agents) {
      const { agent, contact } = tracked;
      if (contact.connected && agent.session?.server === server) this.agents.set(name, { ...tracked, contact: { connected: false, since: at } });
    }
  }
}

function lossBy({ id, position, metadata }: RecordedEvent): Loss {
  return { eventId: id, position, metadata };
}

function isNewJournal(before: Agent | undefined, event: AgentEvent): boolean {
  if (event.type !== 'AgentConnected' || before?.session === undefined) return false;
  return event.data.startsAnew !== undefined || before.session.journalId !== event.data.journalId || event.data.journalSequence < before.session.journalSequence;
}

function contactAfter(before: Contact | undefined, event: AgentEvent, at: Instant): Contact {
  switch (event.type) {
    case 'AgentConnected':
      return { connected: true, since: at };
    case 'AgentContactLost':
      // It may have been over before: for the start of its server, which was later to say so.
      return before?.connected === false ? before : { connected: false, since: at };
    case 'AgentEnrolled':
      return { connected: false, since: at };
    case 'AgentUnreachable':
      return { connected: false, since: event.data.silentSince, unreachable: true };
    case 'AgentDeclaredLost':
    case 'AgentCredentialRotated':
    case 'AgentConnectionRefused':
    case 'ReportUnmatched':
    case 'AgentDrained':
    case 'AgentResumed':
      return before ?? { connected: false, since: at };
  }
}
