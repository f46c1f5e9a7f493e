import { Controller, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type CommandAnswer, commandAnswer, type RunInterventionBody, runInterventionBody } from '#protocol/api';
import { CommandGateway } from '../http/command-gateway.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { CheckedBody } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { HoldRun } from './interventions/hold-run.handler.js';
import { ReleaseRun } from './interventions/release-run.handler.js';
import { StopRun } from './interventions/stop-run.handler.js';

const REFUSES = { 404: ['run-not-found'], 409: ['run-finished'] };

/** A person's word about a whole run. */
@Controller('api/v1/runs/:runId')
@Tag('runs')
export class RunInterventionsController {
  constructor(private readonly gateway: CommandGateway) {}

  @Post('stop')
  @Route({ summary: 'Ask for every job of a run to be stopped', answers: { 200: commandAnswer }, refuses: REFUSES })
  stop(@Param('runId') runId: string, @CheckedBody(runInterventionBody) why: RunInterventionBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new StopRun(runId, this.gateway.envelope(request, principal, why)));
  }

  @Post('hold')
  @Route({ summary: 'Let no further job of a run start', answers: { 200: commandAnswer }, refuses: REFUSES })
  hold(@Param('runId') runId: string, @CheckedBody(runInterventionBody) why: RunInterventionBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new HoldRun(runId, this.gateway.envelope(request, principal, why)));
  }

  @Post('release')
  @Route({ summary: 'Let the jobs of a held run start again', answers: { 200: commandAnswer }, refuses: REFUSES })
  release(@Param('runId') runId: string, @CheckedBody(runInterventionBody) why: RunInterventionBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new ReleaseRun(runId, this.gateway.envelope(request, principal, why)));
  }
}
