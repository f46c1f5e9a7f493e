import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CalendarDefinition } from '#events/planning/calendar-definition';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { CalendarAggregate } from './calendar.aggregate.js';
import { CalendarTurns } from './calendar-turns.js';
import { CalendarsProjection } from './calendars.projection.js';

/** The version that holds now, or that an earlier sending of the same command made; `created`: it is the calendar's first. */
interface Defined extends Transacted {
  readonly version: number;
  readonly created: boolean;
}

export class DefineCalendar extends Command<Defined> {
  constructor(readonly definition: CalendarDefinition, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(DefineCalendar)
export class DefineCalendarHandler implements ICommandHandler<DefineCalendar> {
  constructor(private readonly repository: AggregateRepository, private readonly calendars: CalendarsProjection, private readonly turns: CalendarTurns) {}

  async execute({ definition, envelope }: DefineCalendar): Promise<Defined> {
    let version = 0;
    const done = await this.turns.take(() => this.repository.transact(() => new CalendarAggregate(definition.calendar), envelope, (aggregate, metadata) => {
      const rules = new Map(this.calendars.inUse.map(({ calendar, days }) => [calendar, days]));
      aggregate.handle({ type: 'DefineCalendar', definition, rules }, metadata);
      version = aggregate.state?.version ?? 0;
    }));
    const [first] = done.repeats ?? [];
    if (first?.type === 'CalendarDefined' || first?.type === 'CalendarRevised') return { ...done, version: first.data.version, created: first.type === 'CalendarDefined' };
    return { ...done, version, created: version === 1 && done.written > 0 };
  }
}
