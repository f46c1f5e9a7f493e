import { Module } from '@nestjs/common';
import { CalendarUsers } from '../calendars/calendar-users.js';
import { CalendarsModule } from '../calendars/calendars.module.js';
import { JobnetsModule } from '../jobnets/jobnets.module.js';
import { LogModule } from '../log/log.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { AdmitNextHandler } from './commands/admit-next.handler.js';
import { AdmitRunHandler } from './commands/admit-run.handler.js';
import { BackfillHandler } from './commands/backfill.handler.js';
import { DecideOccurrencesHandler } from './commands/decide-occurrences.handler.js';
import { DefineScheduleHandler } from './commands/define-schedule.handler.js';
import { MoveOccurrenceHandler } from './commands/move-occurrence.handler.js';
import { PauseScheduleHandler } from './commands/pause-schedule.handler.js';
import { RecordNotStartedHandler } from './commands/record-not-started.handler.js';
import { ResumeScheduleHandler } from './commands/resume-schedule.handler.js';
import { RetireScheduleHandler } from './commands/retire-schedule.handler.js';
import { SkipMissedHandler } from './commands/skip-missed.handler.js';
import { StartMissedHandler } from './commands/start-missed.handler.js';
import { ForecastController } from './outlook/forecast.controller.js';
import { OccurrencePlanner } from './occurrence-planner.js';
import { AdmissionDesk } from './commands/admission-desk.js';
import { OpenRuns } from './open-runs.js';
import { PendingStarts } from './pending-starts.js';
import { DropQueuedHandler } from './queue/drop-queued.handler.js';
import { QueueController } from './queue/queue.controller.js';
import { QueuedRuns } from './queue/queued-runs.js';
import { ScheduleClock } from './schedule-clock.js';
import { ScheduleLifeController } from './schedule-life.controller.js';
import { ScheduleQueries } from './schedule-queries.js';
import { ScheduledStarts } from './scheduled-starts.js';
import { SchedulesController } from './schedules.controller.js';
import { SchedulesProjection } from './schedules.projection.js';

const handlers = [
  DefineScheduleHandler, PauseScheduleHandler, ResumeScheduleHandler, RetireScheduleHandler, DecideOccurrencesHandler, MoveOccurrenceHandler, StartMissedHandler, SkipMissedHandler,
  BackfillHandler, RecordNotStartedHandler, AdmitRunHandler, AdmitNextHandler, DropQueuedHandler,
];

@Module({
  imports: [CalendarsModule, JobnetsModule, LogModule, RunsModule],
  controllers: [SchedulesController, ScheduleLifeController, ForecastController, QueueController],
  providers: [SchedulesProjection, PendingStarts, OpenRuns, QueuedRuns, AdmissionDesk, OccurrencePlanner, ScheduleQueries, ScheduleClock, ScheduledStarts, ...handlers],
  exports: [SchedulesProjection, PendingStarts, ScheduleClock, ScheduledStarts],
})
export class SchedulesModule {
  constructor(users: CalendarUsers, schedules: SchedulesProjection) {
    users.add((calendar) => schedules.using(calendar).map((each) => `schedule ${each}`));
  }
}
