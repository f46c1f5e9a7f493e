import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { ServerAggregate } from '../server.aggregate.js';

/** Another server has not been heard of. It is that process of it which is meant: one that has been started since is not touched. */
export class LoseServer extends Command<Transacted> {
  constructor(readonly server: string, readonly life: string | undefined, readonly why: string, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(LoseServer)
export class LoseServerHandler implements ICommandHandler<LoseServer> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ server, life, why, envelope }: LoseServer): Promise<Transacted> {
    return this.repository.transact(() => new ServerAggregate(server), envelope, (aggregate, metadata) => {
      aggregate.handle({ type: 'LoseServer', lost: { server, life, reason: why } }, metadata);
    });
  }
}
