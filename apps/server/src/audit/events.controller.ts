import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { type EventView, eventView as eventSchema, type List, listOf } from '#protocol/api';
import { type EventsQuery, eventsQuery } from '#protocol/event-queries';
import type { RecordedEvent } from '#event-store/event-store.port';
import { DEFAULT_LIMIT } from '../http/page.js';
import { CheckedQuery } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { RunQueries } from '../runs/run-queries.js';
import { runStream } from '../runs/commands/run.aggregate.js';
import { type AuditFilter, AuditTrail } from './audit-trail.js';
import { csvLines } from './events-csv.js';
import { eventView } from './event.view.js';

const answers = { 200: { 'application/json': listOf(eventSchema), 'application/x-ndjson': eventSchema, 'text/csv': z.string() } };
const description = 'A page of JSON, or by `Accept` all of it as lines of JSON or CSV. `after` is also an exclusive lower bound.';

/** The audit trail: pages of JSON, or all of it as NDJSON or CSV. */
@Controller('api/v1')
@Tag('audit')
export class EventsController {
  constructor(private readonly trail: AuditTrail, private readonly runs: RunQueries) {}

  @Get('events')
  @Route({ summary: 'Who did what, when and why', description, answers })
  all(@CheckedQuery(eventsQuery) query: EventsQuery, @Headers('accept') accept: string | undefined, @Res() reply: FastifyReply): Promise<unknown> {
    return this.answer({}, query, accept, reply);
  }

  @Get('runs/:runId/events')
  @Route({ summary: 'The log of a run', description, answers, refuses: { 404: ['run-not-found'] } })
  ofRun(@Param('runId') runId: string, @CheckedQuery(eventsQuery) query: EventsQuery, @Headers('accept') accept: string | undefined, @Res() reply: FastifyReply): Promise<unknown> {
    this.runs.find(runId);
    return this.answer({ stream: [runStream(runId)] }, query, accept, reply);
  }

  private async answer(fixed: AuditFilter, { limit, cursor, after, ...filter }: EventsQuery, accept: string | undefined, reply: FastifyReply): Promise<unknown> {
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
