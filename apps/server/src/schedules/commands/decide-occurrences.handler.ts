import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { LogProjection } from '../../log/log.projection.js';
import { OccurrencePlanner } from '../occurrence-planner.js';
import { ScheduleAggregate } from '../schedule.aggregate.js';
import { type Decided, decideDue } from './decide-due.js';

/** The clock has come to something that a schedule planned. */
export class DecideOccurrences extends Command<Transacted & Decided> {
  constructor(readonly schedule: string, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(DecideOccurrences)
export class DecideOccurrencesHandler implements ICommandHandler<DecideOccurrences> {
  constructor(private readonly repository: AggregateRepository, private readonly planner: OccurrencePlanner, private readonly log: LogProjection) {}

  async execute({ schedule, envelope }: DecideOccurrences): Promise<Transacted & Decided> {
    let decided: Decided = { next: undefined, more: false };
    const done = await this.repository.transact(() => new ScheduleAggregate(schedule), envelope, (aggregate, metadata) => {
      decided = decideDue(aggregate, metadata, this.planner, this.log.state.restoredAt);
    });
    return { ...done, ...decided };
  }
}
