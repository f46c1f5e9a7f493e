import { Controller, Get, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { EventStore } from '#event-store/event-store.port';
import { type CommandAnswer, commandAnswer, type ExecutionDetailsView, executionDetailsView, type RunInterventionBody, runInterventionBody } from '#protocol/api';
import { eventView } from '../audit/event.view.js';
import { EVENT_STORE } from '../event-sourcing/event-store.token.js';
import { CommandGateway } from '../http/command-gateway.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { CheckedBody } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { runStream } from './commands/run.aggregate.js';
import { AbandonExecution } from './interventions/abandon-execution.handler.js';
import { RunQueries } from './run-queries.js';

/** A person's word about one execution, whatever became of its job. An execution's id begins with its run's. */
@Controller('api/v1/executions/:executionId')
@Tag('runs')
export class ExecutionsController {
  constructor(private readonly gateway: CommandGateway, private readonly runs: RunQueries, @Inject(EVENT_STORE) private readonly store: EventStore) {}

  @Get()
  @Route({ summary: 'Show an execution with every event that names it', answers: { 200: executionDetailsView }, refuses: { 404: ['run-not-found', 'execution-not-found'] } })
  async show(@Param('executionId') executionId: string): Promise<ExecutionDetailsView> {
    const runId = runOf(executionId);
    const shown = this.runs.execution(runId, executionId);
    const events: ExecutionDetailsView['events'] = [];
    for await (const recorded of this.store.read(runStream(runId))) {
      if ((recorded.data as { executionId?: unknown }).executionId === executionId) events.push(eventView(recorded));
    }
    return { ...shown, events };
  }

  @Post('abandon')
  @Route({
    summary: 'Give up waiting for an execution: its slot is free again, and a job that waits for it is lost',
    answers: { 200: commandAnswer }, refuses: { 404: ['run-not-found', 'execution-not-found'], 409: ['execution-ended'] },
  })
  abandon(
    @Param('executionId') executionId: string, @CheckedBody(runInterventionBody) why: RunInterventionBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal,
  ): Promise<CommandAnswer> {
    return this.gateway.answer(new AbandonExecution(runOf(executionId), executionId, this.gateway.envelope(request, principal, why)));
  }
}

function runOf(executionId: string): string {
  return executionId.split('~', 1)[0] ?? '';
}
