import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type CommandAnswer, type OutputView, skipJobBody } from '#protocol/api';
import { position } from '#protocol/agent-link';
import { CommandGateway } from '../http/command-gateway.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { validate } from '../http/validate.js';
import { JobOutput } from './job-output.js';
import { SkipJob } from './skip-job.handler.js';

const outputQuery = z.object({ stream: z.enum(['stdout', 'stderr']).default('stdout'), after: position.optional() });

@Controller('api/v1/runs/:runId/jobs/:jobId')
export class JobsController {
  constructor(private readonly gateway: CommandGateway, private readonly output: JobOutput) {}

  @Post('skip')
  @HttpCode(200)
  async skip(
    @Param('runId') runId: string, @Param('jobId') jobId: string, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal,
  ): Promise<CommandAnswer> {
    const { reason, ticket, expect } = validate(skipJobBody, body, 'body');
    const { place } = await this.gateway.execute(new SkipJob(runId, jobId, expect, this.gateway.envelope(request, principal, { reason, ticket })));
    return { position: place.receipt.position };
  }

  @Get('output')
  show(@Param('runId') runId: string, @Param('jobId') jobId: string, @Query() query: unknown): Promise<OutputView> {
    return this.output.tail(runId, jobId, validate(outputQuery, query, 'query').stream);
  }
}
