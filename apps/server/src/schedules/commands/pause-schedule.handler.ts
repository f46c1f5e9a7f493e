import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ScheduleExpectation } from '#domain/schedule/schedule.decider';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { LogProjection } from '../../log/log.projection.js';
import { OccurrencePlanner } from '../occurrence-planner.js';
import { ScheduleAggregate } from '../schedule.aggregate.js';
import { decideDue } from './decide-due.js';

/** Starts nothing until it is resumed; what comes due meanwhile is skipped, on record, and so is what it had not caught up with. */
export class PauseSchedule extends Command<Transacted> {
  constructor(readonly schedule: string, readonly expect: ScheduleExpectation | undefined, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(PauseSchedule)
export class PauseScheduleHandler implements ICommandHandler<PauseSchedule> {
  constructor(private readonly repository: AggregateRepository, private readonly planner: OccurrencePlanner, private readonly log: LogProjection) {}

  execute({ schedule, expect, envelope }: PauseSchedule): Promise<Transacted> {
    return this.repository.transact(() => new ScheduleAggregate(schedule), envelope, (aggregate, metadata) => {
      // What was due before the word is not concerned by it; but a row too long for one append must not keep a person from ending it.
      decideDue(aggregate, metadata, this.planner, this.log.state.restoredAt);
      aggregate.handle({ type: 'PauseSchedule', schedule, expect }, metadata);
    });
  }
}
