import { Module } from '@nestjs/common';
import { DefineJobnetHandler } from './define-jobnet.handler.js';
import { DisableJobnetHandler } from './disable-jobnet.handler.js';
import { EnableJobnetHandler } from './enable-jobnet.handler.js';
import { JobnetLifeController } from './jobnet-life.controller.js';
import { JobnetVersions } from './jobnet-versions.js';
import { JobnetVersionsController } from './jobnet-versions.controller.js';
import { JobnetsController } from './jobnets.controller.js';
import { JobnetsProjection } from './jobnets.projection.js';
import { RetireJobnetHandler } from './retire-jobnet.handler.js';

@Module({
  controllers: [JobnetsController, JobnetLifeController, JobnetVersionsController],
  providers: [JobnetsProjection, JobnetVersions, DefineJobnetHandler, EnableJobnetHandler, DisableJobnetHandler, RetireJobnetHandler],
  exports: [JobnetsProjection],
})
export class JobnetsModule {}
