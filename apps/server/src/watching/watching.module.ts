import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { StreamController } from './stream.controller.js';
import { Watchers } from './watchers.js';

@Module({ imports: [AuditModule], controllers: [StreamController], providers: [Watchers], exports: [Watchers] })
export class WatchingModule {}
