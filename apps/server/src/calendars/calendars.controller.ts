import { Body, Controller, Get, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CALENDAR_STATES, calendarText, type CalendarView, calendarView as calendarSchema, type RetireCalendarBody, retireCalendarBody, validCalendar } from '#protocol/calendars';
import { type CommandAnswer, commandAnswer, type List, listOf } from '#protocol/api';
import { CommandGateway } from '../http/command-gateway.js';
import { HttpProblem } from '../http/http-problem.js';
import { manyOf, pageOf, pageQuery } from '../http/page.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { CheckedBody, CheckedQuery } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { calendarView, knownCalendar } from './calendar.view.js';
import { CalendarsProjection } from './calendars.projection.js';
import { DefineCalendar } from './define-calendar.handler.js';
import { calendarIn } from './read-calendar.js';
import { RetireCalendar } from './retire-calendar.handler.js';

const states = manyOf.refine((words) => words.every((word) => (CALENDAR_STATES as readonly string[]).includes(word)), `a state is one of ${CALENDAR_STATES.join(', ')}`);
const text = { 'application/yaml': z.string(), 'application/json': calendarText };
/** What is retired is out of the way, and there for who asks for it. */
const listQuery = z.object({ ...pageQuery, state: states.default(['active']).describe(`One or several of ${CALENDAR_STATES.join(', ')}, separated by commas; without it all but the retired ones.`) });

/** Calendars of operating days are text, as jobnets are. */
@Controller('api/v1/calendars')
@Tag('calendars')
export class CalendarsController {
  constructor(private readonly calendars: CalendarsProjection, private readonly gateway: CommandGateway) {}

  @Post('validate')
  @Route({
    summary: 'Check a calendar\'s text, and change nothing', description: 'Whether the calendars exist that it names is asked when it is defined.',
    body: text, question: true, answers: { 200: validCalendar }, refuses: { 400: ['invalid-definition'] },
  })
  validateText(@Body() body: unknown) {
    return { valid: true, definition: calendarIn(body) };
  }

  @Put(':id')
  @Route({
    summary: 'Define a calendar, or revise it', description: 'A text that says the same as the newest version changes nothing. A retired calendar is in use again.', body: text,
    answers: { 200: commandAnswer, 201: commandAnswer },
    refuses: { 400: ['invalid-definition', 'wrong-calendar'], 409: ['unknown-calendar', 'calendar-cycle', 'calendar-too-deep', 'calendar-mismatch'] },
  })
  async define(
    @Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal, @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const definition = calendarIn(body);
    if (definition.calendar !== id) throw new HttpProblem(400, 'wrong-calendar', `the text defines calendar ${definition.calendar}, and the route names ${id}`);
    const { place, version, created } = await this.gateway.execute(new DefineCalendar(definition, this.gateway.envelope(request, principal)));
    reply.status(created ? 201 : 200);
    return { position: place.receipt.position, version };
  }

  @Get()
  @Route({ summary: 'List calendars, each with its newest version', answers: { 200: listOf(calendarSchema) } })
  list(@CheckedQuery(listQuery) { limit, cursor, state: wanted }: z.output<typeof listQuery>): List<CalendarView> {
    const page = pageOf(this.calendars.all(), limit, cursor, ({ calendar }) => calendar, ({ state }) => wanted.includes(state.mode));
    return { ...page, items: page.items.map(calendarView) };
  }

  @Get(':id')
  @Route({ summary: 'Show a calendar with its newest version', answers: { 200: calendarSchema }, refuses: { 404: ['calendar-not-found'] } })
  show(@Param('id') id: string): CalendarView {
    return calendarView(knownCalendar(this.calendars, id));
  }

  @Post(':id/retire')
  @Route({
    summary: 'Put a calendar out of use', description: 'Refused while another calendar or a schedule names it. Its versions stay, and defined again it is back.',
    answers: { 200: commandAnswer }, refuses: { 404: ['calendar-not-found'], 409: ['not-as-expected', 'calendar-in-use'] },
  })
  retire(@Param('id') id: string, @CheckedBody(retireCalendarBody) { expect, ...why }: RetireCalendarBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new RetireCalendar(id, expect, this.gateway.envelope(request, principal, why)));
  }
}
