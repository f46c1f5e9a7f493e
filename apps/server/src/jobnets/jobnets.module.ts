import { Module } from '@nestjs/common';
import { DefineJobnetHandler } from './define-jobnet.handler.js';
import { JobnetsController } from './jobnets.controller.js';
import { JobnetsProjection } from './jobnets.projection.js';

@Module({ controllers: [JobnetsController], providers: [JobnetsProjection, DefineJobnetHandler], exports: [JobnetsProjection] })
export class JobnetsModule {}
