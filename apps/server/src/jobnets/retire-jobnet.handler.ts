import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { JobnetExpectation } from '#domain/jobnet/jobnet.decider';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { JobnetAggregate } from './jobnet.aggregate.js';

/** It is out of use: no further run, no further version, and out of the lists. `EnableJobnet` brings it back. */
export class RetireJobnet extends Command<Transacted> {
  constructor(readonly jobnet: string, readonly expect: JobnetExpectation | undefined, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(RetireJobnet)
export class RetireJobnetHandler implements ICommandHandler<RetireJobnet> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ jobnet, expect, envelope }: RetireJobnet): Promise<Transacted> {
    return this.repository.transact(() => new JobnetAggregate(jobnet), envelope, (aggregate, metadata) => {
      aggregate.handle({ type: 'RetireJobnet', jobnet, expect }, metadata);
    });
  }
}
