import { Module } from '@nestjs/common';
import { AgentsAhead } from './agents-ahead.js';
import { LogProjection } from './log.projection.js';

@Module({ providers: [LogProjection, AgentsAhead], exports: [LogProjection, AgentsAhead] })
export class LogModule {}
