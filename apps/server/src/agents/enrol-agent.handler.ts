import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { AgentAggregate } from './agent.aggregate.js';

/** `connected`: the name's connection lives right now, so that nobody else may take it. */
export class EnrolAgent extends Command<Transacted> {
  constructor(readonly name: string, readonly credentialHash: string, readonly tokenId: string, readonly connected: boolean, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(EnrolAgent)
export class EnrolAgentHandler implements ICommandHandler<EnrolAgent> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ name, credentialHash, tokenId, connected, envelope }: EnrolAgent): Promise<Transacted> {
    return this.repository.transact(() => new AgentAggregate(name), envelope, (agent, metadata) => {
      agent.handle({ type: 'EnrolAgent', name, credentialHash, tokenId, connected }, metadata);
    });
  }
}
