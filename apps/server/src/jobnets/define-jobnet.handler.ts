import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { JobnetDefinition } from '#events/definition';
import type { Transacted } from '../event-sourcing/aggregate.repository.js';
import { AggregateRepository } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { JobnetAggregate } from './jobnet.aggregate.js';

/** The version that holds now, or that an earlier sending of the same command made; `created`: it is the jobnet's first. */
interface Defined extends Transacted {
  readonly version: number;
  readonly created: boolean;
}

export class DefineJobnet extends Command<Defined> {
  constructor(readonly definition: JobnetDefinition, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(DefineJobnet)
export class DefineJobnetHandler implements ICommandHandler<DefineJobnet> {
  constructor(private readonly repository: AggregateRepository) {}

  async execute({ definition, envelope }: DefineJobnet): Promise<Defined> {
    let version = 0;
    const done = await this.repository.transact(() => new JobnetAggregate(definition.jobnet), envelope, (jobnet, metadata) => {
      jobnet.handle({ type: 'DefineJobnet', definition }, metadata);
      version = jobnet.state?.version ?? 0;
    });
    const [first] = done.repeats ?? [];
    if (first?.type === 'JobnetDefined' || first?.type === 'JobnetRevised') return { ...done, version: first.data.version, created: first.type === 'JobnetDefined' };
    return { ...done, version, created: version === 1 && done.written > 0 };
  }
}
