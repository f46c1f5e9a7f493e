import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { valueOf } from '#domain/chunked-map';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { OccurrencePlanner } from '../occurrence-planner.js';
import { ScheduleAggregate } from '../schedule.aggregate.js';

/** An operator was asked about an occurrence that was missed, and wants it started. */
export class StartMissed extends Command<Transacted> {
  constructor(readonly schedule: string, readonly key: string, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(StartMissed)
export class StartMissedHandler implements ICommandHandler<StartMissed> {
  constructor(private readonly repository: AggregateRepository, private readonly planner: OccurrencePlanner) {}

  execute({ schedule, key, envelope }: StartMissed): Promise<Transacted> {
    return this.repository.transact(() => new ScheduleAggregate(schedule), envelope, (aggregate, metadata) => {
      const { definition, asked } = aggregate.state;
      const occurrence = valueOf(asked, key);
      const due = definition === undefined || occurrence === undefined ? undefined : this.planner.due(definition, occurrence, metadata.at);
      aggregate.handle({ type: 'StartMissed', schedule, key, due }, metadata);
    });
  }
}
