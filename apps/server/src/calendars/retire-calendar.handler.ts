import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CalendarExpectation } from '#domain/calendar/calendar.decider';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { CalendarAggregate } from './calendar.aggregate.js';
import { CalendarTurns } from './calendar-turns.js';
import { CalendarUsers } from './calendar-users.js';

/** Nobody names it any more, and nobody new can. Defined again, it is back. */
export class RetireCalendar extends Command<Transacted> {
  constructor(readonly calendar: string, readonly expect: CalendarExpectation | undefined, readonly envelope: CommandEnvelope) {
    super();
  }
}

@CommandHandler(RetireCalendar)
export class RetireCalendarHandler implements ICommandHandler<RetireCalendar> {
  constructor(private readonly repository: AggregateRepository, private readonly users: CalendarUsers, private readonly turns: CalendarTurns) {}

  execute({ calendar, expect, envelope }: RetireCalendar): Promise<Transacted> {
    return this.turns.take(() => this.repository.transact(() => new CalendarAggregate(calendar), envelope, (aggregate, metadata) => {
      aggregate.handle({ type: 'RetireCalendar', calendar, users: this.users.usersOf(calendar), expect }, metadata);
    }));
  }
}
