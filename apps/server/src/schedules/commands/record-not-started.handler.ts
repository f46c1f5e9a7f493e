import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { ScheduleAggregate } from '../schedule.aggregate.js';

interface NotStarted {
  readonly key: string;
  readonly jobnet: string;
  readonly runId: string;
  readonly code: string;
  readonly message: string;
}

/** A run of an occurrence cannot begin: its jobnet is disabled or gone. */
export class RecordNotStarted extends Command<Transacted> {
  constructor(readonly schedule: string, readonly notStarted: NotStarted, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(RecordNotStarted)
export class RecordNotStartedHandler implements ICommandHandler<RecordNotStarted> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ schedule, notStarted, envelope }: RecordNotStarted): Promise<Transacted> {
    return this.repository.transact(() => new ScheduleAggregate(schedule), envelope, (aggregate, metadata) => {
      aggregate.handle({ type: 'RecordNotStarted', ...notStarted }, metadata);
    });
  }
}
