import { Module } from '@nestjs/common';
import { CalendarDaysController } from './calendar-days.controller.js';
import { CalendarTurns } from './calendar-turns.js';
import { CalendarUsers } from './calendar-users.js';
import { CalendarVersions } from './calendar-versions.js';
import { CalendarsController } from './calendars.controller.js';
import { CalendarsProjection } from './calendars.projection.js';
import { DefineCalendarHandler } from './define-calendar.handler.js';
import { RetireCalendarHandler } from './retire-calendar.handler.js';

@Module({
  controllers: [CalendarsController, CalendarDaysController],
  providers: [CalendarsProjection, CalendarUsers, CalendarTurns, CalendarVersions, DefineCalendarHandler, RetireCalendarHandler],
  exports: [CalendarsProjection, CalendarUsers],
})
export class CalendarsModule {
  constructor(users: CalendarUsers, calendars: CalendarsProjection) {
    users.add((calendar) => calendars.naming(calendar).map((each) => `calendar ${each}`));
  }
}
