import { Global, Module } from '@nestjs/common';
import { AggregateRepository } from './aggregate.repository.js';
import { CachedAggregates } from './appending/cached-aggregates.js';
import { LogClock } from './log-clock.js';
import { StoreTrouble } from './appending/store-trouble.js';
import { WALL_CLOCK, type WallClock } from './wall-clock.js';

/** What every feature stands on. The store itself and the clock come from the server's options (`server.module.ts`). */
@Global()
@Module({
  providers: [AggregateRepository, CachedAggregates, StoreTrouble, { provide: LogClock, inject: [WALL_CLOCK], useFactory: (clock: WallClock) => new LogClock(() => clock.now()) }],
  exports: [AggregateRepository, CachedAggregates, StoreTrouble, LogClock],
})
export class EventSourcingModule {}
