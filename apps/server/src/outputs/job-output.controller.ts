import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { position } from '#protocol/agent-link';
import { outputView } from '#protocol/api';
import { OUTPUT_HEADER } from '#protocol/output-headers';
import { outputQuery } from '#protocol/outputs';
import { HttpProblem } from '../http/http-problem.js';
import { CheckedQuery } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { AgentElsewhereError, handOn, isHandedOn } from './other-server.js';
import { type FoundOutput, WholeOutputs } from './whole-outputs.js';

const query = outputQuery.extend({ after: position.optional() });

const refuses = {
  404: ['run-not-found', 'job-not-found', 'execution-not-found', 'no-output', 'output-gone'], 409: ['output-shorter'], 503: ['agent-away', 'too-many-transfers'],
};

@Controller('api/v1/runs/:runId/jobs/:jobId')
@Tag('jobs')
export class JobOutputController {
  constructor(private readonly outputs: WholeOutputs) {}

  /** As JSON what is on record, as bytes the whole of it. */
  @Get('output')
  @Route({
    summary: 'Read what a job wrote', answers: { 200: { 'application/json': outputView, 'application/octet-stream': z.unknown(), 'text/plain': z.string() } }, refuses,
    description: 'As JSON what is on record: the last bytes. By `Accept: application/octet-stream` or `text/plain` the whole of it, from the agent where it has to be.',
  })
  async show(@Param('runId') runId: string, @Param('jobId') jobId: string, @CheckedQuery(query) asked: z.output<typeof query>, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const type = typeOfBytes(request);
    if (type === undefined) {
      if (asked.follow === 'true' || asked.from > 0) throw new HttpProblem(400, 'invalid-request', 'bytes are needed to follow, or to begin behind the first one: ask with `Accept: application/octet-stream`');
      return void reply.send(await this.outputs.view(runId, jobId, asked));
    }
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const found = (mayBeElsewhere: boolean) => this.outputs.bytes(runId, jobId, asked, gone.signal, mayBeElsewhere);
    try {
      await send(await found(!isHandedOn(request)), type, reply);
    } catch (error) {
      if (!(error instanceof AgentElsewhereError)) throw error;
      if (!await handOn(error, request, reply, gone.signal)) await send(await found(false), type, reply);
    }
  }
}

/** Undefined where JSON is wanted, or anything. */
function typeOfBytes({ method, headers }: FastifyRequest): string | undefined {
  const [, type] = /^\s*(application\/octet-stream|text\/plain)\b/.exec(headers.accept ?? '') ?? [];
  return method === 'HEAD' ? undefined : type;
}

async function send({ executionId, complete, state, reason, bytes }: FoundOutput, type: string, reply: FastifyReply): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  const { length } = bytes;
  raw.writeHead(200, {
    'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-accel-buffering': 'no', ...(length !== undefined && { 'content-length': length }),
    [OUTPUT_HEADER.execution]: executionId, [OUTPUT_HEADER.complete]: String(complete), [OUTPUT_HEADER.state]: state,
    ...(reason !== undefined && { [OUTPUT_HEADER.reason]: reason.replace(/[^\x20-\x7e]/g, '?').slice(0, 1_000) }),
  });
  raw.on('error', () => undefined);
  if (Buffer.isBuffer(bytes)) return void raw.end(bytes);
  // Whoever follows a job that says nothing yet is to see that it was found.
  raw.flushHeaders();
  await bytes.pipe(raw);
}
