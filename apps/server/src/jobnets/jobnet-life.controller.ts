import { Controller, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type CloseJobnetBody, closeJobnetBody, type CommandAnswer, commandAnswer, type EnableJobnetBody, enableJobnetBody } from '#protocol/api';
import { CommandGateway } from '../http/command-gateway.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { CheckedBody } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { DisableJobnet } from './disable-jobnet.handler.js';
import { EnableJobnet } from './enable-jobnet.handler.js';
import { RetireJobnet } from './retire-jobnet.handler.js';

const REFUSES = { 404: ['jobnet-not-found'], 409: ['not-as-expected', 'jobnet-disabled', 'jobnet-retired'] };
/** Without a body, as with an empty one. */
const optionalEnabling = enableJobnetBody.prefault({});

/** A person's word about whether runs of a jobnet may be started. */
@Controller('api/v1/jobnets/:id')
@Tag('jobnets')
export class JobnetLifeController {
  constructor(private readonly gateway: CommandGateway) {}

  @Post('enable')
  @Route({ summary: 'Let runs of a jobnet be started again', answers: { 200: commandAnswer }, refuses: REFUSES })
  enable(@Param('id') id: string, @CheckedBody(optionalEnabling) { expect, ...why }: EnableJobnetBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new EnableJobnet(id, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('disable')
  @Route({ summary: 'Let no run of a jobnet be started', description: 'Runs that are there go on.', answers: { 200: commandAnswer }, refuses: REFUSES })
  disable(@Param('id') id: string, @CheckedBody(closeJobnetBody) { expect, ...why }: CloseJobnetBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new DisableJobnet(id, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('retire')
  @Route({ summary: 'Put a jobnet out of use', description: 'It leaves the list; its versions and runs stay, and it can be enabled again.', answers: { 200: commandAnswer }, refuses: REFUSES })
  retire(@Param('id') id: string, @CheckedBody(closeJobnetBody) { expect, ...why }: CloseJobnetBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new RetireJobnet(id, expect, this.gateway.envelope(request, principal, why)));
  }
}
