import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { JobnetAggregate } from '../../jobnets/jobnet.aggregate.js';
import { OpenRuns } from '../open-runs.js';

interface WantedRun {
  readonly runId: string;
  readonly schedule: string;
  readonly key: string;
  readonly overlap: 'skip' | 'queue' | 'replace';
}

/** A schedule wants a run of a jobnet of which not several may be open. */
export class AdmitRun extends Command<Transacted> {
  constructor(readonly jobnet: string, readonly wanted: WantedRun, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(AdmitRun)
export class AdmitRunHandler implements ICommandHandler<AdmitRun> {
  constructor(private readonly repository: AggregateRepository, private readonly openRuns: OpenRuns) {}

  execute({ jobnet, wanted, envelope }: AdmitRun): Promise<Transacted> {
    return this.repository.transact(() => new JobnetAggregate(jobnet), envelope, (aggregate, metadata) => {
      aggregate.handle({ type: 'AdmitRun', jobnet, ...wanted, ...this.openRuns.around(jobnet, aggregate.state.admissions) }, metadata);
    });
  }
}
