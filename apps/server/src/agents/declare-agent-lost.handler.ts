import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { AgentExpectation } from '#domain/agent/change-duty';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { AgentAggregate } from './agent.aggregate.js';
import { AgentsProjection } from './agents.projection.js';

/** A person says that no process of the agent is left. Giving up its executions follows from the event (`LostAgents`). */
export class DeclareAgentLost extends Command<Transacted> {
  constructor(readonly name: string, readonly expect: AgentExpectation | undefined, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(DeclareAgentLost)
export class DeclareAgentLostHandler implements ICommandHandler<DeclareAgentLost> {
  constructor(private readonly repository: AggregateRepository, private readonly agents: AgentsProjection) {}

  execute({ name, expect, envelope }: DeclareAgentLost): Promise<Transacted> {
    return this.repository.transact(() => new AgentAggregate(name), envelope, (agent, metadata) => {
      agent.handle({ type: 'DeclareAgentLost', name, expect, endedSession: this.agents.endedSessionOf(name) }, metadata);
    });
  }
}
