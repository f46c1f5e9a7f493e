import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import { AggregateRepository, type Transacted } from '../../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../../event-sourcing/command-envelope.js';
import { OccurrencePlanner } from '../occurrence-planner.js';
import { ScheduleAggregate } from '../schedule.aggregate.js';
import { decideAllDue } from './decide-due.js';
import { CalendarsProjection } from '../../calendars/calendars.projection.js';
import { CommandRejectedError } from '../../event-sourcing/command-failures.js';
import { JobnetsProjection } from '../../jobnets/jobnets.projection.js';
import { LogProjection } from '../../log/log.projection.js';

/** The version that holds now, or that an earlier sending of the same command made; `created`: it is the schedule's first. */
interface Defined extends Transacted {
  readonly version: number;
  readonly created: boolean;
}

export class DefineSchedule extends Command<Defined> {
  constructor(readonly definition: ScheduleDefinition, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(DefineSchedule)
export class DefineScheduleHandler implements ICommandHandler<DefineSchedule> {
  constructor(private readonly repository: AggregateRepository, private readonly planner: OccurrencePlanner, private readonly log: LogProjection, private readonly jobnets: JobnetsProjection, private readonly calendars: CalendarsProjection) {}

  async execute({ definition, envelope }: DefineSchedule): Promise<Defined> {
    let version = 0;
    const done = await this.repository.transact(() => new ScheduleAggregate(definition.schedule), envelope, (schedule, metadata) => {
      // What was due by the version before is decided by it, also when the clock has not come to it yet.
      decideAllDue(schedule, metadata, this.planner, this.log.state.restoredAt);
      this.needKnown(definition);
      schedule.handle({ type: 'DefineSchedule', definition, next: this.planner.next(definition, metadata.at) }, metadata);
      version = schedule.state.version;
    });
    const first = done.repeats?.find(({ type }) => type === 'ScheduleDefined' || type === 'ScheduleRevised');
    if (first?.type === 'ScheduleDefined' || first?.type === 'ScheduleRevised') return { ...done, version: first.data.version, created: first.type === 'ScheduleDefined' };
    return { ...done, version, created: version === 1 && done.written > 0 };
  }

  /** What starts nothing the first night is better refused today. */
  private needKnown({ jobnets, calendar }: ScheduleDefinition): void {
    const unknown = jobnets.find((jobnet) => (this.jobnets.find(jobnet)?.state.mode ?? 'retired') === 'retired');
    if (unknown !== undefined) throw new CommandRejectedError('unknown-jobnet', `there is no jobnet ${unknown} in use; apply it first`);
    if (calendar === undefined) return;
    const days = this.calendars.inUse.some((each) => each.calendar === calendar) ? this.calendars.days.find(calendar) : undefined;
    if (days === undefined) throw new CommandRejectedError('unknown-calendar', `there is no calendar ${calendar} in use; apply it first`);
    if ('rejected' in days) throw new CommandRejectedError('unknown-calendar', days.message);
  }
}
