import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { AgentAggregate } from './agent.aggregate.js';

/** Contact is lost for a session, never for an agent: a newer session is not touched. */
export class LoseContact extends Command<Transacted> {
  constructor(readonly name: string, readonly session: number, readonly why: string, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(LoseContact)
export class LoseContactHandler implements ICommandHandler<LoseContact> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ name, session, why, envelope }: LoseContact): Promise<Transacted> {
    return this.repository.transact(() => new AgentAggregate(name), envelope, (agent, metadata) => {
      agent.handle({ type: 'LoseContact', session, reason: why }, metadata);
    });
  }
}
