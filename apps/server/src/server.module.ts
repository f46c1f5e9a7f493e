import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import type { EventStore } from '#event-store/event-store.port';
import { AgentLinkModule } from './agent-link/agent-link.module.js';
import { Dispatcher } from './agent-link/dispatcher.js';
import { LostAgents } from './agent-link/lost-agents.js';
import { SessionWatch } from './agent-link/session-watch.js';
import { SilenceWatch } from './agent-link/silence-watch.js';
import { ToldEnds } from './agent-link/opening/told-ends.js';
import { AgentsModule } from './agents/agents.module.js';
import { AgentsProjection } from './agents/agents.projection.js';
import { AuditModule } from './audit/audit.module.js';
import { CalendarsModule } from './calendars/calendars.module.js';
import { CalendarsProjection } from './calendars/calendars.projection.js';
import { CachedAggregates } from './event-sourcing/appending/cached-aggregates.js';
import { EventSourcingModule } from './event-sourcing/event-sourcing.module.js';
import { EVENT_STORE } from './event-sourcing/event-store.token.js';
import { FoldLag } from './event-sourcing/fold-lag.js';
import { LogFollower } from './event-sourcing/log-follower.js';
import { type Projection, PROJECTIONS } from './event-sourcing/projection.js';
import { WALL_CLOCK, type WallClock } from './event-sourcing/wall-clock.js';
import { AuthGuard } from './http/auth.guard.js';
import { Authenticator } from './http/authenticator.js';
import { CommandGateway } from './http/command-gateway.js';
import { FoldedInterceptor } from './http/folded.interceptor.js';
import { HealthController } from './http/health.controller.js';
import { KnownRoutes } from './http/routing/known-routes.js';
import { ProblemFilter } from './http/problem.filter.js';
import { RefusedCommands } from './http/refused-commands.js';
import { JobnetsModule } from './jobnets/jobnets.module.js';
import { JobnetsProjection } from './jobnets/jobnets.projection.js';
import { OpenApiModule } from './openapi/openapi.module.js';
import { OutputsModule } from './outputs/outputs.module.js';
import { LogModule } from './log/log.module.js';
import { LogProjection } from './log/log.projection.js';
import { RestoringModule } from './log/restoring.module.js';
import { OperatorsModule } from './operators/operators.module.js';
import { OperatorsProjection } from './operators/operators.projection.js';
import { RefusalsModule } from './refusals/refusals.module.js';
import { RunsModule } from './runs/runs.module.js';
import { PendingStarts } from './schedules/pending-starts.js';
import { ScheduleClock } from './schedules/schedule-clock.js';
import { SchedulesModule } from './schedules/schedules.module.js';
import { SchedulesProjection } from './schedules/schedules.projection.js';
import { RunsProjection } from './runs/runs.projection.js';
import { SERVER_OPTIONS, type ServerOptions } from './server-options.js';
import { SlotBook } from './runs/slot-book.js';
import { ClockLease } from './servers/clock-lease.js';
import { ServerIdentity } from './servers/server-identity.js';
import { ServerLife } from './servers/server-life.js';
import { ServerPresence } from './servers/server-presence.js';
import { ServersModule } from './servers/servers.module.js';
import { ServersProjection } from './servers/servers.projection.js';
import { MeasuredEventStore } from './metrics/measured.event-store.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { RunTimers } from './timers/run-timers.js';
import { TimersModule } from './timers/timers.module.js';
import { WatchingModule } from './watching/watching.module.js';

/** The order in which an event passes: those that react look at what the others have folded. */
const projectionsInOrder = {
  provide: PROJECTIONS,
  inject: [CachedAggregates, LogProjection, ServersProjection, ServerPresence, ClockLease, OperatorsProjection, CalendarsProjection, JobnetsProjection, AgentsProjection, RunsProjection, SlotBook, ToldEnds, RunTimers, SchedulesProjection, PendingStarts, ScheduleClock, Dispatcher, LostAgents, SilenceWatch, SessionWatch],
  useFactory: (...projections: Projection[]) => projections,
};

/** The whole server over one store. */
@Global()
@Module({
  imports: [CqrsModule.forRoot(), EventSourcingModule, OperatorsModule, RefusalsModule, ServersModule, CalendarsModule, JobnetsModule, AgentsModule, RunsModule, TimersModule, SchedulesModule, AgentLinkModule, LogModule, RestoringModule, OutputsModule, AuditModule, WatchingModule, MetricsModule, OpenApiModule],
  controllers: [HealthController],
  providers: [
    projectionsInOrder, LogFollower, FoldLag, CommandGateway, Authenticator, RefusedCommands, KnownRoutes, ServerLife,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_INTERCEPTOR, useClass: FoldedInterceptor },
  ],
  exports: [LogFollower, FoldLag, CommandGateway, Authenticator, EVENT_STORE, MeasuredEventStore, WALL_CLOCK, SERVER_OPTIONS, ServerIdentity],
})
export class ServerModule {
  /** @param clock what time it is, for everybody in it */
  static over(store: EventStore, options: ServerOptions, clock: WallClock): DynamicModule {
    return {
      module: ServerModule,
      providers: [
        { provide: EVENT_STORE, useExisting: MeasuredEventStore },
        { provide: MeasuredEventStore, useValue: new MeasuredEventStore(store) },
        { provide: WALL_CLOCK, useValue: clock },
        { provide: SERVER_OPTIONS, useValue: options },
        { provide: ServerIdentity, useFactory: () => ServerIdentity.in(options.data) },
      ],
    };
  }
}
