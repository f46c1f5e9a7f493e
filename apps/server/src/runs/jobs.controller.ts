import { Controller, Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import type { OutputView } from '#protocol/api';
import { position } from '#protocol/agent-link';
import { validate } from '../http/validate.js';
import { JobOutput } from './job-output.js';

const outputQuery = z.object({ stream: z.enum(['stdout', 'stderr']).default('stdout'), after: position.optional() });

@Controller('api/v1/runs/:runId/jobs/:jobId')
export class JobsController {
  constructor(private readonly output: JobOutput) {}

  @Get('output')
  show(@Param('runId') runId: string, @Param('jobId') jobId: string, @Query() query: unknown): Promise<OutputView> {
    return this.output.tail(runId, jobId, validate(outputQuery, query, 'query').stream);
  }
}
