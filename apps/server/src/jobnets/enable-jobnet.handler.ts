import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { JobnetExpectation } from '#domain/jobnet/jobnet.decider';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { JobnetAggregate } from './jobnet.aggregate.js';

/** Runs of it may be started again; a retired one is back in the lists. */
export class EnableJobnet extends Command<Transacted> {
  constructor(readonly jobnet: string, readonly expect: JobnetExpectation | undefined, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(EnableJobnet)
export class EnableJobnetHandler implements ICommandHandler<EnableJobnet> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ jobnet, expect, envelope }: EnableJobnet): Promise<Transacted> {
    return this.repository.transact(() => new JobnetAggregate(jobnet), envelope, (aggregate, metadata) => {
      aggregate.handle({ type: 'EnableJobnet', jobnet, expect }, metadata);
    });
  }
}
