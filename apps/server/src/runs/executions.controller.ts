import { Controller, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type CommandAnswer, commandAnswer, type RunInterventionBody, runInterventionBody } from '#protocol/api';
import { CommandGateway } from '../http/command-gateway.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { CheckedBody } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { AbandonExecution } from './interventions/abandon-execution.handler.js';

/** A person's word about one execution, whatever became of its job. An execution's id begins with its run's. */
@Controller('api/v1/executions/:executionId')
@Tag('runs')
export class ExecutionsController {
  constructor(private readonly gateway: CommandGateway) {}

  @Post('abandon')
  @Route({
    summary: 'Give up waiting for an execution: its slot is free again, and a job that waits for it is lost',
    answers: { 200: commandAnswer }, refuses: { 404: ['run-not-found', 'execution-not-found'], 409: ['execution-ended'] },
  })
  abandon(
    @Param('executionId') executionId: string, @CheckedBody(runInterventionBody) why: RunInterventionBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal,
  ): Promise<CommandAnswer> {
    const [runId = ''] = executionId.split('~', 1);
    return this.gateway.answer(new AbandonExecution(runId, executionId, this.gateway.envelope(request, principal, why)));
  }
}
