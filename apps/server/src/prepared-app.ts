import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { EventStore } from '#event-store/event-store.port';
import { Dispatcher } from './agent-link/dispatcher.js';
import { LostAgents } from './agent-link/lost-agents.js';
import { SilenceWatch } from './agent-link/silence-watch.js';
import { AggregateRepository } from './event-sourcing/aggregate.repository.js';
import { FoldLag } from './event-sourcing/fold-lag.js';
import { LogFollower } from './event-sourcing/log-follower.js';
import { systemClock, type WallClock } from './event-sourcing/wall-clock.js';
import { httpAdapter } from './http/http-adapter.js';
import { LogProjection } from './log/log.projection.js';
import { BootstrapTokens } from './operators/bootstrap-tokens.js';
import { ScheduleClock } from './schedules/schedule-clock.js';
import { ScheduledStarts } from './schedules/scheduled-starts.js';
import type { ServerOptions } from './server-options.js';
import { ServerModule } from './server.module.js';
import { ClockLease } from './servers/clock-lease.js';
import { ServerLife } from './servers/server-life.js';
import { ServerPresence } from './servers/server-presence.js';
import { RunTimers } from './timers/run-timers.js';

const logger = new Logger('Server');

/**
 * The server over a store, ready to serve and not listening yet: the log is folded, what a start adds to it is added.
 *
 * @param onFailure the log cannot be read or understood any more: the process has to end
 * @param clock the process's own, unless a test gives one
 */
export async function preparedApp(
  store: EventStore, options: ServerOptions, onFailure: (error: unknown) => void, clock: WallClock = systemClock,
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(ServerModule.over(store, options, clock), httpAdapter(), { bodyParser: false, abortOnError: false });
  await app.init();
  const life = app.get(ServerLife);
  const follower = app.get(LogFollower);
  await life.createLog();
  await follower.start(onFailure);
  app.get(AggregateRepository).writeIn(() => app.get(LogProjection).state.format);
  for (const path of await app.get(BootstrapTokens).ensure()) logger.log({ msg: 'made a token file', path });
  await life.started(() => {
    app.get(Dispatcher).start(follower);
    app.get(LostAgents).start(follower);
    app.get(SilenceWatch).start();
    app.get(ServerPresence).start(app.get(FoldLag), onFailure);
    app.get(ClockLease).start();
    app.get(RunTimers).start(follower);
    app.get(ScheduledStarts).start(follower);
    app.get(ScheduleClock).start(follower);
  }, onFailure);
  return app;
}
