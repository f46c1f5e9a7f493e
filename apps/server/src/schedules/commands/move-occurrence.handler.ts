import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { OccurrencePlanner } from '../occurrence-planner.js';
import { ScheduleAggregate } from '../schedule.aggregate.js';
import { recordMove } from './decide-due.js';

/** The zone database of this server has occurrences to come at other instants than the one that planned them. */
export class MoveOccurrence extends Command<Transacted> {
  constructor(readonly schedule: string, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(MoveOccurrence)
export class MoveOccurrenceHandler implements ICommandHandler<MoveOccurrence> {
  constructor(private readonly repository: AggregateRepository, private readonly planner: OccurrencePlanner) {}

  execute({ schedule, envelope }: MoveOccurrence): Promise<Transacted> {
    return this.repository.transact(() => new ScheduleAggregate(schedule), envelope, (aggregate, metadata) => {
      recordMove(aggregate, metadata, this.planner);
    });
  }
}
