import { Controller, Get, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  type AgentDetailsView, agentDetailsView, type AgentView, agentView, type CommandAnswer, commandAnswer, type DeclareAgentLostBody, declareAgentLostBody, type DrainAgentBody, drainAgentBody, type List, listOf, type ResumeAgentBody, resumeAgentBody,
} from '#protocol/api';
import { AgentsProjection, type TrackedAgent } from '../agents/agents.projection.js';
import { DeclareAgentLost } from '../agents/declare-agent-lost.handler.js';
import { DrainAgent } from '../agents/drain-agent.handler.js';
import { LiveContacts } from '../agents/live-contacts.js';
import { ResumeAgent } from '../agents/resume-agent.handler.js';
import { CommandGateway } from '../http/command-gateway.js';
import { HttpProblem } from '../http/http-problem.js';
import { pageOf, pageQuery } from '../http/page.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { CheckedBody, CheckedQuery } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { AgentsAhead } from '../log/agents-ahead.js';
import { RunQueries } from '../runs/run-queries.js';
import { SlotBook } from '../runs/slot-book.js';
import { detailsOfAgent, type Doings, viewOfAgent } from './agent.view.js';
import { LostAgents } from './lost-agents.js';

const listQuery = z.object(pageQuery);
/** Without a body, as with an empty one. */
const optionalResuming = resumeAgentBody.prefault({});
const REFUSES = { 404: ['agent-not-found'], 409: ['not-as-expected'] };

@Controller('api/v1/agents')
@Tag('agents')
export class AgentsController {
  constructor(
    private readonly agents: AgentsProjection,
    private readonly slots: SlotBook,
    private readonly runs: RunQueries,
    private readonly live: LiveContacts,
    private readonly lost: LostAgents,
    private readonly ahead: AgentsAhead,
    private readonly gateway: CommandGateway,
  ) {}

  @Get()
  @Route({ summary: 'List agents', answers: { 200: listOf(agentView) } })
  list(@CheckedQuery(listQuery) { limit, cursor }: z.output<typeof listQuery>): List<AgentView> {
    const page = pageOf(this.agents.all(), limit, cursor, ({ agent }) => agent.name);
    return { ...page, items: page.items.map((tracked) => viewOfAgent(tracked, this.doingsOf(tracked))) };
  }

  @Get(':name')
  @Route({ summary: 'Show an agent with its session, its open executions, and what fits no run', answers: { 200: agentDetailsView }, refuses: { 404: ['agent-not-found'] } })
  show(@Param('name') name: string): AgentDetailsView {
    const tracked = this.agents.find(name);
    if (tracked === undefined) throw new HttpProblem(404, 'agent-not-found', `there is no agent ${name}: nobody has enrolled with this name`);
    return detailsOfAgent(tracked, this.doingsOf(tracked), this.runs.running(name));
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

  @Post(':name/declare-lost')
  @Route({
    summary: 'Say that the host of an agent is gone, and every process of it',
    description: 'Its open executions are abandoned, and what their jobs say in `onLost` is done. While the agent is connected this is refused. When it is back after all, that is over by itself.',
    answers: { 200: commandAnswer }, refuses: { 404: ['agent-not-found'], 409: ['agent-connected', 'not-as-expected'] },
  })
  async declareLost(@Param('name') name: string, @CheckedBody(declareAgentLostBody) { expect, ...why }: DeclareAgentLostBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    const answer = await this.gateway.answer(new DeclareAgentLost(name, expect, this.gateway.envelope(request, principal, why)));
    await this.lost.sweep();
    return answer;
  }

  private doingsOf({ agent: { name, session } }: TrackedAgent): Doings {
    return { openExecutions: this.slots.executionsOf(name), lastContactAt: this.live.lastOf(name, session?.number), refusedAt: this.ahead.refusalOf(name)?.at };
  }
}
