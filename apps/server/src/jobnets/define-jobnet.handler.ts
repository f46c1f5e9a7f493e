import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { JobnetDefinition } from '#events/definition';
import type { Transacted } from '../event-sourcing/aggregate.repository.js';
import { AggregateRepository } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { JobnetAggregate } from './jobnet.aggregate.js';

export class DefineJobnet extends Command<Transacted & { version: number }> {
  constructor(readonly definition: JobnetDefinition, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(DefineJobnet)
export class DefineJobnetHandler implements ICommandHandler<DefineJobnet> {
  constructor(private readonly repository: AggregateRepository) {}

  async execute({ definition, envelope }: DefineJobnet): Promise<Transacted & { version: number }> {
    let version = 0;
    const done = await this.repository.transact(() => new JobnetAggregate(definition.jobnet), envelope, (jobnet, metadata) => {
      jobnet.handle({ type: 'DefineJobnet', definition }, metadata);
      version = jobnet.state?.version ?? 0;
    });
    return { ...done, version };
  }
}
