import { Module } from '@nestjs/common';
import { AgentsModule } from '../agents/agents.module.js';
import { JobnetsModule } from '../jobnets/jobnets.module.js';
import { LogModule } from '../log/log.module.js';
import { DispatchReadyHandler } from './commands/dispatch-ready.handler.js';
import { ExecutionsController } from './executions.controller.js';
import { HoldRestoredHandler } from './commands/hold-restored.handler.js';
import { interventionHandlers } from './interventions/interventions.js';
import { JobInterventionsController } from './job-interventions.controller.js';
import { RunInterventionsController } from './run-interventions.controller.js';
import { PassTimeHandler } from './commands/pass-time.handler.js';
import { RecordFactsHandler } from './commands/record-facts.handler.js';
import { RecordKnownHandler } from './commands/record-known.handler.js';
import { RecordNotKnownHandler } from './commands/record-not-known.handler.js';
import { RecoverExecutionsHandler } from './commands/recover-executions.handler.js';
import { RunQueries } from './run-queries.js';
import { RunTransactions } from './commands/run-transactions.js';
import { RunsController } from './runs.controller.js';
import { RunsProjection } from './runs.projection.js';
import { SlotBook } from './slot-book.js';
import { StartRunHandler } from './commands/start-run.handler.js';

@Module({
  imports: [AgentsModule, JobnetsModule, LogModule],
  controllers: [RunsController, RunInterventionsController, JobInterventionsController, ExecutionsController],
  providers: [
    RunsProjection, SlotBook, RunTransactions, RunQueries,
    StartRunHandler, ...interventionHandlers, DispatchReadyHandler, PassTimeHandler, RecordFactsHandler, RecordKnownHandler, RecordNotKnownHandler, RecoverExecutionsHandler, HoldRestoredHandler,
  ],
  exports: [RunsProjection, SlotBook, RunQueries],
})
export class RunsModule {}
