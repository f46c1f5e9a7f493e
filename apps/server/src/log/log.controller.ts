import { Controller, Get, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type CommandAnswer, commandAnswer } from '#protocol/api';
import { type FormatRaisedBody, formatRaisedBody, type LogRestoredBody, logRestoredBody, type LogView, logView } from '#protocol/log';
import { formats } from '#events/formats';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { CommandGateway } from '../http/command-gateway.js';
import { CurrentPrincipal, NeedsRole, type Principal } from '../http/principal.js';
import { CheckedBody } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { AgentsAhead } from './agents-ahead.js';
import { LogProjection } from './log.projection.js';
import { RaiseFormat } from './raise-format.handler.js';
import { RestoreLog } from './restore-log.handler.js';

/** The log itself. */
@Controller('api/v1/log')
@Tag('log')
export class LogController {
  constructor(private readonly log: LogProjection, private readonly ahead: AgentsAhead, private readonly follower: LogFollower, private readonly gateway: CommandGateway) {}

  @Get()
  @Route({ summary: 'Which log this is, how often it was restored, and which agents know more than it holds', answers: { 200: logView } })
  show(): LogView {
    const { logId = '', epoch, format } = this.log.state;
    return { logId, epoch, format, newestFormat: formats.newest, position: this.follower.position.toString(), agentsAhead: [...this.ahead.all()] };
  }

  @Post('restored')
  @NeedsRole('admin')
  @Route({
    summary: 'Say that the log was restored to an earlier state: open runs are held, and agents that know more are let in',
    answers: { 200: commandAnswer }, refuses: { 409: ['not-as-expected', 'log-not-behind'] },
  })
  restored(@CheckedBody(logRestoredBody) { expect, force, ...why }: LogRestoredBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new RestoreLog(expect?.epoch, force, this.gateway.envelope(request, principal, why)));
  }

  @Post('raise-format')
  @NeedsRole('admin')
  @Route({
    summary: 'Let the servers record what this version can record and the one before cannot read', answers: { 200: commandAnswer }, refuses: { 409: ['servers-behind'] },
    description: 'Refused while a server on this log does not read it. An older version cannot serve this log any more.',
  })
  raiseFormat(@CheckedBody(formatRaisedBody) why: FormatRaisedBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new RaiseFormat(this.gateway.envelope(request, principal, why)));
  }
}
