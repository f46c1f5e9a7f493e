import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { closeJobnetBody, type CommandAnswer, enableJobnetBody } from '#protocol/api';
import { CommandGateway } from '../http/command-gateway.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { validate } from '../http/validate.js';
import { DisableJobnet } from './disable-jobnet.handler.js';
import { EnableJobnet } from './enable-jobnet.handler.js';
import { RetireJobnet } from './retire-jobnet.handler.js';

/** A person's word about whether runs of a jobnet may be started. */
@Controller('api/v1/jobnets/:id')
export class JobnetLifeController {
  constructor(private readonly gateway: CommandGateway) {}

  @Post('enable')
  @HttpCode(200)
  enable(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const { expect, ...why } = validate(enableJobnetBody, body ?? {}, 'body');
    return this.gateway.answer(new EnableJobnet(id, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('disable')
  @HttpCode(200)
  disable(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const { expect, ...why } = validate(closeJobnetBody, body, 'body');
    return this.gateway.answer(new DisableJobnet(id, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('retire')
  @HttpCode(200)
  retire(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const { expect, ...why } = validate(closeJobnetBody, body, 'body');
    return this.gateway.answer(new RetireJobnet(id, expect, this.gateway.envelope(request, principal, why)));
  }
}
