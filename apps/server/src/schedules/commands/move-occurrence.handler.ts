import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { PlannedOccurrence } from '#events/planning/schedule.events';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { ScheduleAggregate } from '../schedule.aggregate.js';

/** The zone database of this server has the next occurrence at another instant than the one that planned it. */
export class MoveOccurrence extends Command<Transacted> {
  constructor(readonly schedule: string, readonly next: PlannedOccurrence, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(MoveOccurrence)
export class MoveOccurrenceHandler implements ICommandHandler<MoveOccurrence> {
  constructor(private readonly repository: AggregateRepository) {}

  execute({ schedule, next, envelope }: MoveOccurrence): Promise<Transacted> {
    return this.repository.transact(() => new ScheduleAggregate(schedule), envelope, (aggregate, metadata) => {
      aggregate.handle({ type: 'MoveOccurrence', next }, metadata);
    });
  }
}
