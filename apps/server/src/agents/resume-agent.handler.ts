import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { AgentExpectation } from '#domain/agent/change-duty';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { AgentAggregate } from './agent.aggregate.js';

/** A drained agent gets work again, at once. */
export class ResumeAgent extends Command<Transacted> {
  constructor(readonly name: string, readonly expect: AgentExpectation | undefined, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(ResumeAgent)
export class ResumeAgentHandler implements ICommandHandler<ResumeAgent> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ name, expect, envelope }: ResumeAgent): Promise<Transacted> {
    return this.repository.transact(() => new AgentAggregate(name), envelope, (agent, metadata) => {
      agent.handle({ type: 'ResumeAgent', name, expect }, metadata);
    });
  }
}
