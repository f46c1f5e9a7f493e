import { Controller, Get, Query } from '@nestjs/common';
import { z } from 'zod';
import type { AgentView, List } from '#protocol/api';
import { AgentsProjection, type TrackedAgent } from '../agents/agents.projection.js';
import { pageOf, pageQuery } from '../http/page.js';
import { validate } from '../http/validate.js';
import { RunsProjection } from '../runs/runs.projection.js';

const listQuery = z.object(pageQuery);

@Controller('api/v1/agents')
export class AgentsController {
  constructor(private readonly agents: AgentsProjection, private readonly runs: RunsProjection) {}

  @Get()
  list(@Query() query: unknown): List<AgentView> {
    const { limit, cursor } = validate(listQuery, query, 'query');
    const page = pageOf(this.agents.all(), limit, cursor, ({ agent }) => agent.name);
    return { ...page, items: page.items.map((tracked) => this.view(tracked)) };
  }

  private view({ agent, contact }: TrackedAgent): AgentView {
    const { name, session, enrolledAt, unmatched } = agent;
    return {
      name, state: contact.connected ? 'connected' : 'away', since: contact.since, slots: session?.slots ?? 0,
      openExecutions: this.runs.openExecutionsOf(name).size, enrolledAt, unmatchedReports: unmatched.size,
      ...(session === undefined ? {} : { session: session.number, host: session.host, version: session.version }),
    };
  }
}
