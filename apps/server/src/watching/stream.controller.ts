import { Controller, Get, Headers, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventStore, Position } from '#event-store/event-store.port';
import { position } from '#protocol/agent-link';
import { eventView } from '#protocol/api';
import { type StreamQuery, streamQuery } from '#protocol/event-queries';
import { EVENT_STORE } from '../event-sourcing/event-store.token.js';
import { holdsEvent } from '../log/holds-event.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { Authenticator } from '../http/authenticator.js';
import { requireFolded } from '../http/folded.interceptor.js';
import { HttpProblem } from '../http/http-problem.js';
import { validate } from '../http/validate.js';
import { CheckedQuery } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { Watchers } from './watchers.js';

const HEAD = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

/**
 * The log as it grows, as server-sent events without a name: `id` is the position, `data` the event as `GET /events` shows it. A block
 * without `data` says only up to where there was nothing to see. After `Last-Event-ID` (or `?after=`) there is neither gap nor repeat;
 * without either it begins with what comes from now on, or with the first event at or after `since`.
 */
@Controller('api/v1')
@Tag('audit')
export class StreamController {
  constructor(private readonly watchers: Watchers, private readonly follower: LogFollower, private readonly authenticator: Authenticator, @Inject(EVENT_STORE) private readonly store: EventStore) {}

  @Get('stream')
  @Route({
    summary: 'The log as it grows', answers: { 200: { 'text/event-stream': eventView } }, headers: { 'last-event-id': position }, refuses: { 409: ['log-restored'], 503: ['too-many-watchers'] },
    description: 'Server-sent events: `id` is a position, `data` an event. After `Last-Event-ID` (or `after`) there is neither gap nor repeat; without either it begins with what comes from now on, or with the first event at or after `since`.',
  })
  async watch(@CheckedQuery(streamQuery) { after, seen, ...filter }: StreamQuery, @Headers('last-event-id') lastEventId: string | undefined, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const from = lastEventId === undefined || lastEventId === '' ? after : validate(position, lastEventId, 'header Last-Event-ID');
    const begin = from === undefined ? this.beginning(filter.since) : BigInt(from);
    if (seen !== undefined) await this.requireHeld(seen);
    await requireFolded(this.follower, begin);
    if (request.method === 'HEAD') return void reply.headers(HEAD).send();
    this.watchers.requireRoom();
    reply.hijack();
    const { raw } = reply;
    // A socket that is gone says so by `close`; writing to it in between must not end the process.
    raw.on('error', () => undefined);
    raw.writeHead(200, HEAD);
    void this.watchers.serve(raw, filter, begin, () => this.isKnown(request.headers.authorization));
  }

  /** A position means nothing in a log that was put back to an earlier state and has grown again. */
  private async requireHeld(seen: string): Promise<void> {
    const [position = '0', eventId = ''] = seen.split(':');
    if (await holdsEvent(this.store, { position, eventId })) return;
    throw new HttpProblem(409, 'log-restored', `the log does not hold the event at position ${position} any more that was shown: it was put back to an earlier state. Begin anew, for instance with ?since=`);
  }

  private beginning(since: string | undefined): Position {
    return since === undefined ? this.follower.position : 0n;
  }

  /** Asked again while it goes on: a token that was revoked or has run out shows nothing more. */
  private isKnown(authorization: string | undefined): boolean {
    try {
      return this.authenticator.principalOf(authorization).actor.kind === 'operator';
    } catch {
      return false;
    }
  }
}
