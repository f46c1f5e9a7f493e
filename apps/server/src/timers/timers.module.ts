import { Module } from '@nestjs/common';
import { LogModule } from '../log/log.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { RunTimers } from './run-timers.js';

@Module({ imports: [LogModule, RunsModule], providers: [RunTimers], exports: [RunTimers] })
export class TimersModule {}
