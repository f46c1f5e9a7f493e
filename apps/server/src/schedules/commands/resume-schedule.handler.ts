import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ScheduleExpectation } from '#domain/schedule/schedule.decider';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { LogProjection } from '../../log/log.projection.js';
import { OccurrencePlanner } from '../occurrence-planner.js';
import { ScheduleAggregate } from '../schedule.aggregate.js';
import { decideAllDue } from './decide-due.js';

/** Starts what is due from now on; a retired one is back. */
export class ResumeSchedule extends Command<Transacted> {
  constructor(readonly schedule: string, readonly expect: ScheduleExpectation | undefined, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(ResumeSchedule)
export class ResumeScheduleHandler implements ICommandHandler<ResumeSchedule> {
  constructor(private readonly repository: AggregateRepository, private readonly planner: OccurrencePlanner, private readonly log: LogProjection) {}

  execute({ schedule, expect, envelope }: ResumeSchedule): Promise<Transacted> {
    return this.repository.transact(() => new ScheduleAggregate(schedule), envelope, (aggregate, metadata) => {
      // What was due before the word is not concerned by it.
      decideAllDue(aggregate, metadata, this.planner, this.log.state.restoredAt);
      const { definition } = aggregate.state;
      aggregate.handle({ type: 'ResumeSchedule', schedule, expect, next: definition === undefined ? undefined : this.planner.next(definition, metadata.at) }, metadata);
    });
  }
}
