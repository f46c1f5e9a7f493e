import { Module } from '@nestjs/common';
import { AgentsModule } from '../agents/agents.module.js';
import { JobnetsModule } from '../jobnets/jobnets.module.js';
import { DispatchReadyHandler } from './dispatch-ready.handler.js';
import { JobOutput } from './job-output.js';
import { JobsController } from './jobs.controller.js';
import { RecordFactsHandler } from './record-facts.handler.js';
import { RecordNotKnownHandler } from './record-not-known.handler.js';
import { RunQueries } from './run-queries.js';
import { RunTransactions } from './run-transactions.js';
import { RunsController } from './runs.controller.js';
import { RunsProjection } from './runs.projection.js';
import { SkipJobHandler } from './skip-job.handler.js';
import { SlotBook } from './slot-book.js';
import { StartRunHandler } from './start-run.handler.js';

@Module({
  imports: [AgentsModule, JobnetsModule],
  controllers: [RunsController, JobsController],
  providers: [
    RunsProjection, SlotBook, RunTransactions, RunQueries, JobOutput,
    StartRunHandler, SkipJobHandler, DispatchReadyHandler, RecordFactsHandler, RecordNotKnownHandler,
  ],
  exports: [RunsProjection, SlotBook, RunQueries],
})
export class RunsModule {}
