import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module.js';
import { AuditTrail } from './audit-trail.js';
import { EventsController } from './events.controller.js';

@Module({ imports: [RunsModule], controllers: [EventsController], providers: [AuditTrail], exports: [AuditTrail] })
export class AuditModule {}
