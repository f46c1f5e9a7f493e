import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type AgentView, type CommandAnswer, drainAgentBody, type List, resumeAgentBody } from '#protocol/api';
import { AgentsProjection, type TrackedAgent } from '../agents/agents.projection.js';
import { DrainAgent } from '../agents/drain-agent.handler.js';
import { ResumeAgent } from '../agents/resume-agent.handler.js';
import { CommandGateway } from '../http/command-gateway.js';
import { pageOf, pageQuery } from '../http/page.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { validate } from '../http/validate.js';
import { SlotBook } from '../runs/slot-book.js';

const listQuery = z.object(pageQuery);

@Controller('api/v1/agents')
export class AgentsController {
  constructor(private readonly agents: AgentsProjection, private readonly slots: SlotBook, private readonly gateway: CommandGateway) {}

  @Get()
  list(@Query() query: unknown): List<AgentView> {
    const { limit, cursor } = validate(listQuery, query, 'query');
    const page = pageOf(this.agents.all(), limit, cursor, ({ agent }) => agent.name);
    return { ...page, items: page.items.map((tracked) => this.view(tracked)) };
  }

  @Post(':name/drain')
  @HttpCode(200)
  drain(@Param('name') name: string, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const { expect, ...why } = validate(drainAgentBody, body, 'body');
    return this.gateway.answer(new DrainAgent(name, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post(':name/resume')
  @HttpCode(200)
  resume(@Param('name') name: string, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const { expect, ...why } = validate(resumeAgentBody, body ?? {}, 'body');
    return this.gateway.answer(new ResumeAgent(name, expect, this.gateway.envelope(request, principal, why)));
  }

  private view({ agent, contact }: TrackedAgent): AgentView {
    const { name, session, enrolledAt, unmatched, drained } = agent;
    return {
      name, state: contact.connected ? 'connected' : 'away', since: contact.since, slots: session?.slots ?? 0,
      openExecutions: this.slots.executionsOf(name), enrolledAt, unmatchedReports: unmatched.size,
      ...(session === undefined ? {} : { session: session.number, host: session.host, version: session.version }),
      ...(drained === undefined ? {} : { drained }),
    };
  }
}
