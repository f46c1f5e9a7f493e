import { Controller, Get, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { identifier } from '#events/vocabulary';
import { dropQueuedAnswer, type DropQueuedAnswer, type DropQueuedBody, dropQueuedBody, queueView, type QueueView } from '#protocol/schedules';
import { CommandGateway } from '../../http/command-gateway.js';
import { pageQuery } from '../../http/page.js';
import { CurrentPrincipal, type Principal } from '../../http/principal.js';
import { CheckedBody, CheckedQuery } from '../../openapi/checked.js';
import { Route, Tag } from '../../openapi/route.js';
import { DropQueued } from './drop-queued.handler.js';
import { QueuedRuns } from './queued-runs.js';

const queueQuery = z.object({ limit: pageQuery.limit, schedule: identifier.optional().describe('Only those of this schedule.'), after: pageQuery.after });

/** The runs of a jobnet that wait for their turn, because their schedule says that they may not overlap. */
@Controller('api/v1/jobnets/:id/queue')
@Tag('jobnets')
export class QueueController {
  constructor(private readonly queued: QueuedRuns, private readonly gateway: CommandGateway) {}

  @Get()
  @Route({ summary: 'Show which runs of a jobnet wait for their turn', description: 'The next one first, at most `limit` of them; `count` says how many there are.', answers: { 200: queueView }, refuses: { 404: ['jobnet-not-found'] } })
  show(@Param('id') id: string, @CheckedQuery(queueQuery) { limit, schedule }: z.output<typeof queueQuery>): QueueView {
    return this.queued.ofJobnet(id, schedule === undefined ? { all: true } : { schedule }, limit);
  }

  @Post('drop')
  @Route({
    summary: 'Call off runs of a jobnet that wait for their turn', description: 'At most 400 at once: `left` says how many of those meant still wait. What is open goes on. A backfill of the schedule wants what was dropped again.',
    answers: { 200: dropQueuedAnswer }, refuses: { 404: ['jobnet-not-found'], 409: ['not-as-expected', 'run-not-queued'] },
  })
  async drop(@Param('id') id: string, @CheckedBody(dropQueuedBody) { which, expect, ...why }: DropQueuedBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<DropQueuedAnswer> {
    const { place, written, repeats } = await this.gateway.execute(new DropQueued(id, which, expect, this.gateway.envelope(request, principal, why)));
    return { position: place.receipt.position, dropped: repeats?.length ?? written, left: this.queued.ofJobnet(id, which, 0).count };
  }
}
