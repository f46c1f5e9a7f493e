import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { RefusalCommand } from '#domain/refusal/refusal.decider';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { RefusalsAggregate } from './refusals.aggregate.js';

/** Tells a refusal, or how many were not told. */
export class RecordRefusal extends Command<Transacted> {
  constructor(readonly source: string, readonly what: RefusalCommand, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(RecordRefusal)
export class RecordRefusalHandler implements ICommandHandler<RecordRefusal> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ source, what, envelope }: RecordRefusal): Promise<Transacted> {
    return this.repository.transact(() => new RefusalsAggregate(source), envelope, (aggregate, metadata) => {
      aggregate.handle({ ...what, commandId: envelope.commandId }, metadata);
    });
  }
}
