import type { AgentEvent } from '#events/agent.events';
import { type AgentCommand, agentDecider } from '#domain/agent/agent.decider';
import type { AgentState } from '#domain/agent/agent.state';
import { EventSourcedAggregate } from '../event-sourcing/event-sourced.aggregate.js';

export class AgentAggregate extends EventSourcedAggregate<AgentState, AgentCommand, AgentEvent> {
  constructor(name: string) {
    super(`agent-${name}`, agentDecider);
  }
}
