import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module.js';
import { LogController } from './log.controller.js';
import { LogModule } from './log.module.js';
import { RaiseFormatHandler } from './raise-format.handler.js';
import { RestoreLogHandler } from './restore-log.handler.js';

@Module({ imports: [LogModule, RunsModule], controllers: [LogController], providers: [RestoreLogHandler, RaiseFormatHandler] })
export class RestoringModule {}
