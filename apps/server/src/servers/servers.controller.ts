import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { type List, listOf } from '#protocol/api';
import { type ServerView, serverView } from '#protocol/servers';
import { FoldLag } from '../event-sourcing/fold-lag.js';
import { pageOf, pageQuery } from '../http/page.js';
import { CheckedQuery } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { ClockLease } from './clock-lease.js';
import { ServerIdentity } from './server-identity.js';
import { ServerPresence } from './server-presence.js';
import { ServersProjection, type TrackedServer } from './servers.projection.js';

const listQuery = z.object(pageQuery);

@Controller('api/v1/servers')
@Tag('server')
export class ServersController {
  constructor(
    private readonly servers: ServersProjection,
    private readonly presence: ServerPresence,
    private readonly lease: ClockLease,
    private readonly lag: FoldLag,
    private readonly identity: ServerIdentity,
  ) {}

  @Get()
  @Route({ summary: 'List the servers that were ever started on this log: who serves, since when, and how far behind', answers: { 200: listOf(serverView) } })
  async list(@CheckedQuery(listQuery) { limit, cursor }: z.output<typeof listQuery>): Promise<List<ServerView>> {
    const page = pageOf(this.servers.all(), limit, cursor, ({ server }) => server);
    return { ...page, items: await Promise.all(page.items.map((tracked) => this.viewOf(tracked))) };
  }

  private async viewOf({ server, state, since, reason, startedAt, version, host, pid }: TrackedServer): Promise<ServerView> {
    const thisOne = server === this.identity.id;
    const heard = thisOne ? { url: this.presence.url, ...await this.lag.measure() } : this.presence.heardOf(server);
    return {
      server, state, since, ...(reason !== undefined && { reason }), startedAt, version, host, pid, ownsTimers: this.lease.holder === server, thisOne,
      ...(heard !== undefined && { ...(heard.url !== undefined && { url: heard.url }), position: heard.position, behindMs: heard.behindMs }),
    };
  }
}
