import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type CommandAnswer, runInterventionBody } from '#protocol/api';
import { CommandGateway } from '../http/command-gateway.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { validate } from '../http/validate.js';
import { HoldRun } from './interventions/hold-run.handler.js';
import { ReleaseRun } from './interventions/release-run.handler.js';
import { StopRun } from './interventions/stop-run.handler.js';

/** A person's word about a whole run. */
@Controller('api/v1/runs/:runId')
export class RunInterventionsController {
  constructor(private readonly gateway: CommandGateway) {}

  @Post('stop')
  @HttpCode(200)
  stop(@Param('runId') runId: string, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new StopRun(runId, this.gateway.envelope(request, principal, validate(runInterventionBody, body, 'body'))));
  }

  @Post('hold')
  @HttpCode(200)
  hold(@Param('runId') runId: string, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new HoldRun(runId, this.gateway.envelope(request, principal, validate(runInterventionBody, body, 'body'))));
  }

  @Post('release')
  @HttpCode(200)
  release(@Param('runId') runId: string, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new ReleaseRun(runId, this.gateway.envelope(request, principal, validate(runInterventionBody, body, 'body'))));
  }
}
