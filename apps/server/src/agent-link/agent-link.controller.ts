import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { identifier } from '#events/vocabulary';
import { hello, reportBatch, type ReportAnswer, type Welcome } from '#protocol/agent-link';
import { HttpProblem } from '../http/http-problem.js';
import { CurrentPrincipal, ForAgents, type Principal } from '../http/principal.js';
import { validate } from '../http/validate.js';
import { Dispatcher } from './dispatcher.js';
import { type LiveSession, LiveSessions } from './live-sessions.js';
import { ReportRecording } from './report-recording.js';
import { SessionOpening } from './session-opening.js';
import { SessionWatch } from './session-watch.js';

const dispatchesQuery = z.object({ session: z.coerce.number().int().nonnegative() });

/** The three routes that agents talk on (`#protocol/agent-link`). */
@Controller('api/v1/agents/:name')
@ForAgents()
export class AgentLinkController {
  constructor(
    private readonly opening: SessionOpening,
    private readonly recording: ReportRecording,
    private readonly dispatcher: Dispatcher,
    private readonly live: LiveSessions,
    private readonly watch: SessionWatch,
  ) {}

  @Post('sessions')
  @HttpCode(201)
  open(@Param('name') name: string, @Body() body: unknown, @CurrentPrincipal() principal: Principal): Promise<Welcome> {
    validate(identifier, name, 'agent\'s name');
    if (principal.role !== 'enrolment') requireOwn(name, principal);
    return this.opening.open(name, principal, validate(hello, body, 'hello'));
  }

  @Post('reports')
  @HttpCode(200)
  report(@Param('name') name: string, @Body() body: unknown, @CurrentPrincipal() principal: Principal): Promise<ReportAnswer> {
    requireOwn(name, principal);
    const { session, reports } = validate(reportBatch, body, 'batch of reports');
    this.live.require(name, session);
    return this.recording.record(name, reports);
  }

  @Get('dispatches')
  dispatches(@Param('name') name: string, @Query() query: unknown, @CurrentPrincipal() principal: Principal, @Res() reply: FastifyReply): void {
    requireOwn(name, principal);
    const session = this.live.require(name, validate(dispatchesQuery, query, 'query').session);
    if (session.stream !== undefined) throw new HttpProblem(409, 'session-over', 'this session has its stream already; say hello again');
    this.stream(session, reply);
  }

  private stream(session: LiveSession, reply: FastifyReply): void {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    raw.write(': welcome\n\n');
    raw.on('close', () => this.watch.ended(session, 'the connection ended'));
    // A socket that is gone says so by `close`; writing to it in between must not end the process.
    raw.on('error', () => undefined);
    session.stream = { write: (text) => void raw.write(text), end: () => void raw.end() };
    this.dispatcher.attach(session);
  }
}

/** Only the agent itself, with the credential it got when it enrolled. */
export function requireOwn(name: string, { actor, role }: Principal): void {
  if (role !== 'agent' || actor.id !== name) throw new HttpProblem(403, 'forbidden', `this token is not the credential of agent ${name}`);
}
