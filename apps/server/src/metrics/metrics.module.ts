import { Module } from '@nestjs/common';
import { AgentsModule } from '../agents/agents.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { WatchingModule } from '../watching/watching.module.js';
import { AnsweredRequests } from './answered-requests.js';
import { MetricsController } from './metrics.controller.js';
import { ProcessLoad } from './process-load.js';
import { StoreMetrics } from './store-metrics.js';

@Module({ imports: [AgentsModule, RunsModule, WatchingModule], controllers: [MetricsController], providers: [AnsweredRequests, ProcessLoad, StoreMetrics] })
export class MetricsModule {}
