import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { OperatorAggregate } from './operator.aggregate.js';

export class RecordTokenUse extends Command<Transacted> {
  constructor(readonly operator: string, readonly tokenId: string, readonly server: string, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(RecordTokenUse)
export class RecordTokenUseHandler implements ICommandHandler<RecordTokenUse> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ operator, tokenId, server, envelope }: RecordTokenUse): Promise<Transacted> {
    return this.repository.transact(() => new OperatorAggregate(operator), envelope, (aggregate, metadata) => {
      aggregate.handle({ type: 'RecordTokenUse', tokenId, server }, metadata);
    });
  }
}
