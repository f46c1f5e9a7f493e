import { Controller, Get, Param, Post, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { identifier } from '#events/vocabulary';
import { frame, type Hello, hello, inventory, inventoryAnswer, type Inventory, type InventoryAnswer, type ReportAnswer, reportAnswer, type ReportBatch, reportBatch, type Welcome, welcome } from '#protocol/agent-link';
import { HttpProblem } from '../http/http-problem.js';
import { AlsoEnrols, CurrentPrincipal, ForAgents, type Principal } from '../http/principal.js';
import { validate } from '../http/validate.js';
import { CheckedBody, CheckedQuery } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { Dispatcher } from './dispatcher.js';
import { InventoryComparison } from './opening/inventory-comparison.js';
import { OwnNameGuard } from './own-name.guard.js';
import { type LiveSession, LiveSessions } from './live-sessions.js';
import { ReportRecording } from './report-recording.js';
import { SessionOpening } from './session-opening.js';
import { SessionWatch } from './session-watch.js';

const dispatchesQuery = z.object({ session: z.coerce.number().int().nonnegative() });

/** The routes that agents talk on (`#protocol/agent-link`), less the one that brings outputs. */
@Controller('api/v1/agents/:name')
@ForAgents()
@UseGuards(OwnNameGuard)
@Tag('agent link')
export class AgentLinkController {
  constructor(
    private readonly opening: SessionOpening,
    private readonly recording: ReportRecording,
    private readonly dispatcher: Dispatcher,
    private readonly live: LiveSessions,
    private readonly watch: SessionWatch,
    private readonly comparison: InventoryComparison,
  ) {}

  @Post('sessions')
  @AlsoEnrols()
  @Route({
    summary: 'Begin a session', answers: { 201: welcome }, refuses: { 409: ['agent-name-in-use', 'log-behind-agent', 'session-over', 'history-corrupt'] },
    description: 'The first one of a name shows the enrolment token, and gets the credential of the agent.',
  })
  open(@Param('name') name: string, @CheckedBody(hello, 'hello') greeting: Hello, @CurrentPrincipal() principal: Principal): Promise<Welcome> {
    validate(identifier, name, 'agent\'s name');
    return this.opening.open(name, principal, greeting);
  }

  @Post('reports')
  @Route({ summary: 'Report what became of executions', answers: { 200: reportAnswer }, refuses: { 409: ['session-over', 'history-corrupt'] } })
  report(@Param('name') name: string, @CheckedBody(reportBatch, 'batch of reports') { session, reports }: ReportBatch): Promise<ReportAnswer> {
    this.live.require(name, session);
    return this.recording.record(name, reports);
  }

  @Post('inventory')
  @Route({
    summary: 'Compare what the agent holds with the log', description: 'It settles nothing. Where the two differ twice in a row, the agent is asked to begin another session, which does.',
    answers: { 200: inventoryAnswer }, refuses: { 409: ['session-over'] },
  })
  compare(@Param('name') name: string, @CheckedBody(inventory, 'inventory') said: Inventory): InventoryAnswer {
    return this.comparison.compare(this.live.require(name, said.session), said);
  }

  @Get('dispatches')
  @Route({ summary: 'What the agent is to do, as long as the session lives', description: 'Server-sent events: `data` is a frame.', answers: { 200: { 'text/event-stream': frame } }, refuses: { 409: ['session-over'] } })
  dispatches(@Param('name') name: string, @CheckedQuery(dispatchesQuery) query: z.output<typeof dispatchesQuery>, @Res() reply: FastifyReply): void {
    const session = this.live.require(name, query.session);
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
