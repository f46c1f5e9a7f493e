import { Controller, Get, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  type CommandAnswer, commandAnswer, type List, listOf, type RunningView, runningView, type RunView, runView, RUN_STATUSES, type StartRunBody, startRunBody,
} from '#protocol/api';
import { CommandGateway } from '../http/command-gateway.js';
import { manyOf, pageOf, pageQuery, sortedPageOf } from '../http/page.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { CheckedBody, CheckedQuery } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { RunQueries, uncertaintyOf } from './run-queries.js';
import { StartRun } from './commands/start-run.handler.js';

const statuses = manyOf.refine((words) => words.every((word) => (RUN_STATUSES as readonly string[]).includes(word)), `a status is one of ${RUN_STATUSES.join(', ')}`);
const runsQuery = z.object({
  ...pageQuery, jobnet: manyOf.optional(), status: statuses.optional().describe(`One or several, separated by commas: ${RUN_STATUSES.join(', ')}.`),
  schedule: manyOf.optional().describe('Started by these schedules; several are separated by commas.'),
});
const runningQuery = z.object(pageQuery);
/** Without a body, as with an empty one. */
const optionalStart = startRunBody.prefault({});

@Controller('api/v1')
@Tag('runs')
export class RunsController {
  constructor(private readonly queries: RunQueries, private readonly gateway: CommandGateway) {}

  @Post('jobnets/:id/runs')
  @Route({ summary: 'Start a run of the newest version', answers: { 201: commandAnswer }, refuses: { 404: ['jobnet-not-found'], 409: ['run-exists', 'jobnet-disabled', 'jobnet-retired'] } })
  async start(@Param('id') jobnet: string, @CheckedBody(optionalStart) { parameters = {}, reason, ticket }: StartRunBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const { place, runId } = await this.gateway.execute(new StartRun(jobnet, parameters, this.gateway.envelope(request, principal, { reason, ticket })));
    return { position: place.receipt.position, runId };
  }

  @Get('runs')
  @Route({ summary: 'List runs', answers: { 200: listOf(runView) } })
  list(@CheckedQuery(runsQuery) { limit, cursor, ...filter }: z.output<typeof runsQuery>): List<RunView> {
    const page = pageOf(this.queries.all(), limit, cursor, ({ run }) => run.runId, (tracked) => this.queries.matches(tracked, filter));
    return { ...page, items: page.items.map((tracked) => this.queries.view(tracked)) };
  }

  @Get('runs/:runId')
  @Route({ summary: 'Show a run with all its jobs and executions', answers: { 200: runView }, refuses: { 404: ['run-not-found'] } })
  show(@Param('runId') runId: string): RunView {
    return this.queries.view(this.queries.find(runId));
  }

  @Get('running')
  @Route({ summary: 'List every execution that is out', description: 'The least certain ones first, then by age.', answers: { 200: listOf(runningView) } })
  running(@CheckedQuery(runningQuery) { limit, cursor }: z.output<typeof runningQuery>): List<RunningView> {
    return sortedPageOf(this.queries.running(), limit, cursor, uncertaintyOf);
  }
}
