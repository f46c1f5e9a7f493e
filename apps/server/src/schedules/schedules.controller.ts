import { Body, Controller, Get, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type CommandAnswer, commandAnswer, type List, listOf } from '#protocol/api';
import { dueView, type DueView, SCHEDULE_STATES, scheduleText, scheduleView, type ScheduleView, validSchedule } from '#protocol/schedules';
import { CommandGateway } from '../http/command-gateway.js';
import { HttpProblem } from '../http/http-problem.js';
import { manyOf, pageOf, pageQuery } from '../http/page.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { CheckedQuery } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { DefineSchedule } from './commands/define-schedule.handler.js';
import { scheduleIn } from './read-schedule.js';
import { outlookQuery } from './outlook/outlook.js';
import { ScheduleQueries } from './schedule-queries.js';

const states = manyOf.refine((words) => words.every((word) => (SCHEDULE_STATES as readonly string[]).includes(word)), `a state is one of ${SCHEDULE_STATES.join(', ')}`);
const text = { 'application/yaml': z.string(), 'application/json': scheduleText };
const listQuery = z.object({ ...pageQuery, state: states.default(['active', 'paused']).describe(`One or several of ${SCHEDULE_STATES.join(', ')}, separated by commas; without it all but the retired ones.`) });

/** Schedules are text, as jobnets are. */
@Controller('api/v1/schedules')
@Tag('schedules')
export class SchedulesController {
  constructor(private readonly queries: ScheduleQueries, private readonly gateway: CommandGateway) {}

  @Post('validate')
  @Route({
    summary: 'Check a schedule\'s text, and change nothing', description: 'Whether its jobnets and its calendar exist is asked when it is defined.',
    body: text, question: true, answers: { 200: validSchedule }, refuses: { 400: ['invalid-definition'] },
  })
  validateText(@Body() body: unknown) {
    return { valid: true, definition: scheduleIn(body) };
  }

  @Put(':id')
  @Route({
    summary: 'Define a schedule, or revise it', description: 'A text that says the same as the newest version changes nothing. It starts what is due after this.', body: text,
    answers: { 200: commandAnswer, 201: commandAnswer },
    refuses: { 400: ['invalid-definition', 'wrong-schedule'], 409: ['unknown-jobnet', 'unknown-calendar', 'schedule-retired', 'schedule-catching-up'] },
  })
  async define(
    @Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal, @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const definition = scheduleIn(body);
    if (definition.schedule !== id) throw new HttpProblem(400, 'wrong-schedule', `the text defines schedule ${definition.schedule}, and the route names ${id}`);
    const { place, version, created } = await this.gateway.execute(new DefineSchedule(definition, this.gateway.envelope(request, principal)));
    reply.status(created ? 201 : 200);
    return { position: place.receipt.position, version };
  }

  @Get()
  @Route({ summary: 'List schedules, each with its newest version', answers: { 200: listOf(scheduleView) } })
  list(@CheckedQuery(listQuery) { limit, cursor, state: wanted }: z.output<typeof listQuery>): List<ScheduleView> {
    const page = pageOf(this.queries.all(), limit, cursor, ({ schedule }) => schedule, ({ state }) => wanted.includes(state.mode));
    return { ...page, items: page.items.map((each) => this.queries.view(each)) };
  }

  @Get(':id')
  @Route({ summary: 'Show a schedule with its newest version, what comes next, and what it asks operators about', answers: { 200: scheduleView }, refuses: { 404: ['schedule-not-found'] } })
  show(@Param('id') id: string): ScheduleView {
    return this.queries.view(this.queries.find(id));
  }

  @Get(':id/next')
  @Route({ summary: 'Show when a schedule is due', description: 'By its newest version, its calendar and the zone database as they are now; also while it is paused.', answers: { 200: listOf(dueView) }, refuses: { 404: ['schedule-not-found'] } })
  next(@Param('id') id: string, @CheckedQuery(outlookQuery) outlook: z.output<typeof outlookQuery>): List<DueView> {
    return this.queries.next(id, outlook);
  }
}
