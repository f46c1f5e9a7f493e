import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { ScheduleAggregate } from '../schedule.aggregate.js';

/** An operator was asked about an occurrence that was missed, and wants it left out. */
export class SkipMissed extends Command<Transacted> {
  constructor(readonly schedule: string, readonly key: string, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(SkipMissed)
export class SkipMissedHandler implements ICommandHandler<SkipMissed> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ schedule, key, envelope }: SkipMissed): Promise<Transacted> {
    return this.repository.transact(() => new ScheduleAggregate(schedule), envelope, (aggregate, metadata) => {
      aggregate.handle({ type: 'SkipMissed', schedule, key }, metadata);
    });
  }
}
