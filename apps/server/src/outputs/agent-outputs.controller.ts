import { Readable } from 'node:stream';
import { Controller, Param, Post, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { OUTPUT_HEADER } from '#protocol/output-headers';
import { outputRefusal } from '#protocol/outputs';
import { OwnNameGuard } from '../agent-link/own-name.guard.js';
import { longRequests } from '../http/long-requests.js';
import { ForAgents } from '../http/principal.js';
import { validate } from '../http/validate.js';
import { Route, Tag } from '../openapi/route.js';
import { OutputTransfers } from './output-transfers.js';

const announcement = z.object({
  [OUTPUT_HEADER.state]: z.enum(['running', 'ended']),
  [OUTPUT_HEADER.length]: z.coerce.number().int().nonnegative().optional(),
});

/** Where agents bring the output that a frame asked them for. */
@Controller('api/v1/agents/:name/outputs/:requestId')
@ForAgents()
@UseGuards(OwnNameGuard)
@Tag('agent link')
export class AgentOutputsController {
  constructor(private readonly transfers: OutputTransfers) {}

  @Post()
  @Route({
    summary: 'Bring the output that a frame asked for, or say why not', body: { 'application/octet-stream': z.unknown(), 'application/json': outputRefusal },
    headers: announcement.shape, answers: { 200: z.object({}) }, refuses: { 404: ['output-not-wanted'] }, description: 'The headers come with bytes.',
  })
  async take(@Param('name') name: string, @Param('requestId') requestId: string, @Req() request: FastifyRequest): Promise<object> {
    const { body, headers } = request;
    if (!(body instanceof Readable)) {
      this.transfers.refuse(name, requestId, validate(outputRefusal, body, 'refusal'));
      return {};
    }
    const { [OUTPUT_HEADER.state]: state, [OUTPUT_HEADER.length]: length } = validate(announcement, headers, 'headers');
    longRequests.add(request.raw.socket);
    try {
      await this.transfers.deliver(name, requestId, { body, length, isEnded: state === 'ended' });
    } finally {
      // The connection may carry another request, which is none that may take so long.
      longRequests.delete(request.raw.socket);
    }
    return {};
  }
}
