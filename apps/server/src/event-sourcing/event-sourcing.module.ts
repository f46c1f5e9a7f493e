import { Global, Module } from '@nestjs/common';
import { AggregateRepository } from './aggregate.repository.js';
import { LogClock } from './log-clock.js';
import { StoreTrouble } from './store-trouble.js';

/** What every feature stands on. The store itself comes from the server's options (`server.module.ts`). */
@Global()
@Module({
  providers: [AggregateRepository, StoreTrouble, { provide: LogClock, useFactory: () => new LogClock() }],
  exports: [AggregateRepository, StoreTrouble, LogClock],
})
export class EventSourcingModule {}
