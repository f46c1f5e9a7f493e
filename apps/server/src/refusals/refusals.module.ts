import { Module } from '@nestjs/common';
import { RecordRefusalHandler } from './record-refusal.handler.js';
import { RefusalRecord } from './refusal-record.js';

@Module({ providers: [RefusalRecord, RecordRefusalHandler], exports: [RefusalRecord] })
export class RefusalsModule {}
