import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { JobnetExpectation } from '#domain/jobnet/jobnet.decider';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { JobnetAggregate } from './jobnet.aggregate.js';

/** No further run of it is started; those that go on are untouched, and it may still be revised. */
export class DisableJobnet extends Command<Transacted> {
  constructor(readonly jobnet: string, readonly expect: JobnetExpectation | undefined, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(DisableJobnet)
export class DisableJobnetHandler implements ICommandHandler<DisableJobnet> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ jobnet, expect, envelope }: DisableJobnet): Promise<Transacted> {
    return this.repository.transact(() => new JobnetAggregate(jobnet), envelope, (aggregate, metadata) => {
      aggregate.handle({ type: 'DisableJobnet', jobnet, expect }, metadata);
    });
  }
}
