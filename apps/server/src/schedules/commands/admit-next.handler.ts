import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { JobnetAggregate } from '../../jobnets/jobnet.aggregate.js';
import { OpenRuns } from '../open-runs.js';

/** A run of a jobnet is over: whoever waits for that may begin. */
export class AdmitNext extends Command<Transacted> {
  constructor(readonly jobnet: string, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(AdmitNext)
export class AdmitNextHandler implements ICommandHandler<AdmitNext> {
  constructor(private readonly repository: AggregateRepository, private readonly openRuns: OpenRuns) {}

  execute({ jobnet, envelope }: AdmitNext): Promise<Transacted> {
    return this.repository.transact(() => new JobnetAggregate(jobnet), envelope, (aggregate, metadata) => {
      aggregate.handle({ type: 'AdmitNext', ...this.openRuns.around(jobnet, aggregate.state.admissions) }, metadata);
    });
  }
}
