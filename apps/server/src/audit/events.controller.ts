import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import type { EventView, List } from '#protocol/api';
import { eventsQuery } from '#protocol/event-queries';
import type { RecordedEvent } from '#event-store/event-store.port';
import { DEFAULT_LIMIT } from '../http/page.js';
import { validate } from '../http/validate.js';
import { RunQueries } from '../runs/run-queries.js';
import { runStream } from '../runs/commands/run.aggregate.js';
import { type AuditFilter, AuditTrail } from './audit-trail.js';
import { csvLines } from './events-csv.js';
import { eventView } from './event.view.js';

/** The audit trail: pages of JSON, or all of it as NDJSON or CSV. */
@Controller('api/v1')
export class EventsController {
  constructor(private readonly trail: AuditTrail, private readonly runs: RunQueries) {}

  @Get('events')
  all(@Query() query: unknown, @Headers('accept') accept: string | undefined, @Res() reply: FastifyReply): Promise<unknown> {
    return this.answer({}, query, accept, reply);
  }

  @Get('runs/:runId/events')
  ofRun(@Param('runId') runId: string, @Query() query: unknown, @Headers('accept') accept: string | undefined, @Res() reply: FastifyReply): Promise<unknown> {
    this.runs.find(runId);
    return this.answer({ stream: [runStream(runId)] }, query, accept, reply);
  }

  private async answer(fixed: AuditFilter, query: unknown, accept: string | undefined, reply: FastifyReply): Promise<unknown> {
    const { limit, cursor, after, ...filter } = validate(eventsQuery, query, 'query');
    const from = cursor ?? after;
    const events = this.trail.events({ ...filter, ...fixed }, from === undefined ? undefined : BigInt(from));
    if (accept?.includes('application/x-ndjson') === true) {
      return reply.header('content-type', 'application/x-ndjson; charset=utf-8').send(Readable.from(lines(events, limit)));
    }
    if (accept?.includes('text/csv') === true) {
      return reply.header('content-type', 'text/csv; charset=utf-8; header=present').send(Readable.from(csvLines(firstOf(events, limit))));
    }
    return reply.send(await firstPage(events, limit ?? DEFAULT_LIMIT));
  }
}

async function* lines(events: AsyncIterable<RecordedEvent>, limit: number | undefined): AsyncIterable<string> {
  for await (const event of firstOf(events, limit)) yield `${JSON.stringify(event)}\n`;
}

/** All of them, unless a limit was asked for. */
async function* firstOf(events: AsyncIterable<RecordedEvent>, limit = Infinity): AsyncIterable<EventView> {
  let left = limit;
  for await (const recorded of events) {
    yield eventView(recorded);
    left -= 1;
    if (left === 0) return;
  }
}

async function firstPage(events: AsyncIterable<RecordedEvent>, limit: number): Promise<List<EventView>> {
  const items: EventView[] = [];
  for await (const recorded of events) {
    const last = items.at(-1);
    if (items.length === limit && last !== undefined) return { items, next: last.position };
    items.push(eventView(recorded));
  }
  return { items };
}
