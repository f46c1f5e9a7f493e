import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { adoptLateResultBody, type CommandAnswer, jobInterventionBody, rerunJobBody, settleJobBody } from '#protocol/api';
import { CommandGateway } from '../http/command-gateway.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { validate } from '../http/validate.js';
import { AdoptLateResult } from './interventions/adopt-late-result.handler.js';
import { HoldJob } from './interventions/hold-job.handler.js';
import { ReleaseJob } from './interventions/release-job.handler.js';
import { RerunJob } from './interventions/rerun-job.handler.js';
import { SettleJob } from './interventions/settle-job.handler.js';
import { SkipJob } from './interventions/skip-job.handler.js';
import { StopJob } from './interventions/stop-job.handler.js';

interface JobPath {
  readonly runId: string;
  readonly jobId: string;
}

/** A person's word about one job: each is an event with who, when and why (law 6). */
@Controller('api/v1/runs/:runId/jobs/:jobId')
export class JobInterventionsController {
  constructor(private readonly gateway: CommandGateway) {}

  @Post('skip')
  @HttpCode(200)
  skip(@Param() { runId, jobId }: JobPath, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const { expect, ...why } = validate(jobInterventionBody, body, 'body');
    return this.gateway.answer(new SkipJob(runId, jobId, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('stop')
  @HttpCode(200)
  stop(@Param() { runId, jobId }: JobPath, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const { expect, ...why } = validate(jobInterventionBody, body, 'body');
    return this.gateway.answer(new StopJob(runId, jobId, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('hold')
  @HttpCode(200)
  hold(@Param() { runId, jobId }: JobPath, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const { expect, ...why } = validate(jobInterventionBody, body, 'body');
    return this.gateway.answer(new HoldJob(runId, jobId, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('release')
  @HttpCode(200)
  release(@Param() { runId, jobId }: JobPath, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const { expect, ...why } = validate(jobInterventionBody, body, 'body');
    return this.gateway.answer(new ReleaseJob(runId, jobId, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('rerun')
  @HttpCode(200)
  rerun(@Param() { runId, jobId }: JobPath, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const { concurrent, expect, ...why } = validate(rerunJobBody, body, 'body');
    return this.gateway.answer(new RerunJob(runId, jobId, concurrent, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('settle')
  @HttpCode(200)
  settle(@Param() { runId, jobId }: JobPath, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const { outcome, exitCode, expect, ...why } = validate(settleJobBody, body, 'body');
    return this.gateway.answer(new SettleJob(runId, jobId, outcome, exitCode, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('adopt')
  @HttpCode(200)
  adopt(@Param() { runId, jobId }: JobPath, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const { executionId, expect, ...why } = validate(adoptLateResultBody, body, 'body');
    return this.gateway.answer(new AdoptLateResult(runId, jobId, executionId, expect, this.gateway.envelope(request, principal, why)));
  }
}
