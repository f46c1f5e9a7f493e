import { Controller, Get, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  type AgentView, agentView, type CommandAnswer, commandAnswer, type DrainAgentBody, drainAgentBody, type List, listOf, type ResumeAgentBody, resumeAgentBody,
} from '#protocol/api';
import { AgentsProjection, type TrackedAgent } from '../agents/agents.projection.js';
import { DrainAgent } from '../agents/drain-agent.handler.js';
import { ResumeAgent } from '../agents/resume-agent.handler.js';
import { CommandGateway } from '../http/command-gateway.js';
import { pageOf, pageQuery } from '../http/page.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { CheckedBody, CheckedQuery } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { SlotBook } from '../runs/slot-book.js';

const listQuery = z.object(pageQuery);
/** Without a body, as with an empty one. */
const optionalResuming = resumeAgentBody.prefault({});
const REFUSES = { 404: ['agent-not-found'], 409: ['not-as-expected'] };

@Controller('api/v1/agents')
@Tag('agents')
export class AgentsController {
  constructor(private readonly agents: AgentsProjection, private readonly slots: SlotBook, private readonly gateway: CommandGateway) {}

  @Get()
  @Route({ summary: 'List agents', answers: { 200: listOf(agentView) } })
  list(@CheckedQuery(listQuery) { limit, cursor }: z.output<typeof listQuery>): List<AgentView> {
    const page = pageOf(this.agents.all(), limit, cursor, ({ agent }) => agent.name);
    return { ...page, items: page.items.map((tracked) => this.view(tracked)) };
  }

  @Post(':name/drain')
  @Route({ summary: 'Give an agent no further work', description: 'What it has goes on.', answers: { 200: commandAnswer }, refuses: REFUSES })
  drain(@Param('name') name: string, @CheckedBody(drainAgentBody) { expect, ...why }: DrainAgentBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new DrainAgent(name, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post(':name/resume')
  @Route({ summary: 'Give a drained agent work again', answers: { 200: commandAnswer }, refuses: REFUSES })
  resume(@Param('name') name: string, @CheckedBody(optionalResuming) { expect, ...why }: ResumeAgentBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
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
