import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { ServerAggregate } from '../server.aggregate.js';

/** This server was not heard of by others, and is there. */
export class ReturnServer extends Command<Transacted> {
  constructor(readonly server: string, readonly life: string, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(ReturnServer)
export class ReturnServerHandler implements ICommandHandler<ReturnServer> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ server, life, envelope }: ReturnServer): Promise<Transacted> {
    return this.repository.transact(() => new ServerAggregate(server), envelope, (aggregate, metadata) => {
      aggregate.handle({ type: 'ReturnServer', returned: { server, life } }, metadata);
    });
  }
}
