import { Readable } from 'node:stream';
import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { OUTPUT_HEADER } from '#protocol/output-headers';
import { outputRefusal } from '#protocol/outputs';
import { requireOwn } from '../agent-link/agent-link.controller.js';
import { longRequests } from '../http/long-requests.js';
import { CurrentPrincipal, ForAgents, type Principal } from '../http/principal.js';
import { validate } from '../http/validate.js';
import { OutputTransfers } from './output-transfers.js';

const announcement = z.object({
  [OUTPUT_HEADER.state]: z.enum(['running', 'ended']),
  [OUTPUT_HEADER.length]: z.coerce.number().int().nonnegative().optional(),
});

/** Where agents bring the output that a frame asked them for. */
@Controller('api/v1/agents/:name/outputs/:requestId')
@ForAgents()
export class AgentOutputsController {
  constructor(private readonly transfers: OutputTransfers) {}

  @Post()
  @HttpCode(200)
  async take(@Param('name') name: string, @Param('requestId') requestId: string, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<object> {
    requireOwn(name, principal);
    const { body, headers } = request;
    if (!(body instanceof Readable)) {
      this.transfers.refuse(name, requestId, validate(outputRefusal, body, 'refusal'));
      return {};
    }
    const { [OUTPUT_HEADER.state]: state, [OUTPUT_HEADER.length]: length } = validate(announcement, headers, 'headers');
    longRequests.add(request.raw.socket);
    await this.transfers.deliver(name, requestId, { body, length, isEnded: state === 'ended' });
    longRequests.delete(request.raw.socket);
    return {};
  }
}
