import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { AgentExpectation } from '#domain/agent/change-duty';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { AgentAggregate } from './agent.aggregate.js';

/** Nothing more is dispatched to it. What it has goes on, its results are taken, and stops reach it. */
export class DrainAgent extends Command<Transacted> {
  constructor(readonly name: string, readonly expect: AgentExpectation | undefined, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(DrainAgent)
export class DrainAgentHandler implements ICommandHandler<DrainAgent> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ name, expect, envelope }: DrainAgent): Promise<Transacted> {
    return this.repository.transact(() => new AgentAggregate(name), envelope, (agent, metadata) => {
      agent.handle({ type: 'DrainAgent', name, expect }, metadata);
    });
  }
}
