import { Body, Controller, Get, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type CommandAnswer, type List, type RunningView, type RunView, RUN_STATUSES, startRunBody } from '#protocol/api';
import { CommandGateway } from '../http/command-gateway.js';
import { manyOf, pageOf, pageQuery, sortedPageOf } from '../http/page.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { validate } from '../http/validate.js';
import { RunQueries, uncertaintyOf } from './run-queries.js';
import { StartRun } from './commands/start-run.handler.js';

const statuses = manyOf.refine((words) => words.every((word) => (RUN_STATUSES as readonly string[]).includes(word)), `a status is one of ${RUN_STATUSES.join(', ')}`);
const runsQuery = z.object({ ...pageQuery, jobnet: manyOf.optional(), status: statuses.optional() });
const runningQuery = z.object(pageQuery);

@Controller('api/v1')
export class RunsController {
  constructor(private readonly queries: RunQueries, private readonly gateway: CommandGateway) {}

  @Post('jobnets/:id/runs')
  async start(@Param('id') jobnet: string, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const { parameters = {}, reason, ticket } = validate(startRunBody, body ?? {}, 'body');
    const { place, runId } = await this.gateway.execute(new StartRun(jobnet, parameters, this.gateway.envelope(request, principal, { reason, ticket })));
    return { position: place.receipt.position, runId };
  }

  @Get('runs')
  list(@Query() query: unknown): List<RunView> {
    const { limit, cursor, jobnet, status } = validate(runsQuery, query, 'query');
    const page = pageOf(this.queries.all(), limit, cursor, ({ run }) => run.runId, (tracked) => this.queries.matches(tracked, { jobnet, status }));
    return { ...page, items: page.items.map((tracked) => this.queries.view(tracked)) };
  }

  @Get('runs/:runId')
  show(@Param('runId') runId: string): RunView {
    return this.queries.view(this.queries.find(runId));
  }

  @Get('running')
  running(@Query() query: unknown): List<RunningView> {
    const { limit, cursor } = validate(runningQuery, query, 'query');
    return sortedPageOf(this.queries.running(), limit, cursor, uncertaintyOf);
  }
}
