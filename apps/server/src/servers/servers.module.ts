import { Global, Module } from '@nestjs/common';
import { LogModule } from '../log/log.module.js';
import { ClockLease } from './clock-lease.js';
import { LoseServerHandler } from './commands/lose-server.handler.js';
import { ReturnServerHandler } from './commands/return-server.handler.js';
import { TakeClockLeaseHandler } from './commands/take-clock-lease.handler.js';
import { ServerPresence } from './server-presence.js';
import { ServersController } from './servers.controller.js';
import { ServersProjection } from './servers.projection.js';

/** The servers on this log: who serves, who is heard, and who lets pass what time brings. */
@Global()
@Module({
  imports: [LogModule],
  controllers: [ServersController],
  providers: [ServersProjection, ServerPresence, ClockLease, LoseServerHandler, ReturnServerHandler, TakeClockLeaseHandler],
  exports: [ServersProjection, ServerPresence, ClockLease],
})
export class ServersModule {}
