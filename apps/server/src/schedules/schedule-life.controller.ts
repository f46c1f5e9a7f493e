import { Controller, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type CommandAnswer, commandAnswer } from '#protocol/api';
import {
  type BackfillAnswer, backfillAnswer, type BackfillBody, backfillBody, type CloseScheduleBody, closeScheduleBody, type MissedOccurrenceBody, missedOccurrenceBody,
  type ResumeScheduleBody, resumeScheduleBody,
} from '#protocol/schedules';
import { CommandGateway } from '../http/command-gateway.js';
import { HttpProblem } from '../http/http-problem.js';
import { CurrentPrincipal, type Principal } from '../http/principal.js';
import { CheckedBody } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { Backfill } from './commands/backfill.handler.js';
import { PauseSchedule } from './commands/pause-schedule.handler.js';
import { ResumeSchedule } from './commands/resume-schedule.handler.js';
import { RetireSchedule } from './commands/retire-schedule.handler.js';
import { SkipMissed } from './commands/skip-missed.handler.js';
import { StartMissed } from './commands/start-missed.handler.js';

const REFUSES = { 404: ['schedule-not-found'], 409: ['not-as-expected', 'schedule-retired', 'schedule-catching-up'] };
const ASKED = { 404: ['schedule-not-found'], 409: ['occurrence-not-asked'] };
/** Without a body, as with an empty one. */
const optionalResuming = resumeScheduleBody.prefault({});

/** A person's word about what a schedule starts. */
@Controller('api/v1/schedules/:id')
@Tag('schedules')
export class ScheduleLifeController {
  constructor(private readonly gateway: CommandGateway) {}

  @Post('pause')
  @Route({ summary: 'Let a schedule start nothing', description: 'What comes due meanwhile is skipped, each on record.', answers: { 200: commandAnswer }, refuses: REFUSES })
  pause(@Param('id') id: string, @CheckedBody(closeScheduleBody) { expect, ...why }: CloseScheduleBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new PauseSchedule(id, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('resume')
  @Route({ summary: 'Let a schedule start what is due from now on', answers: { 200: commandAnswer }, refuses: REFUSES })
  resume(@Param('id') id: string, @CheckedBody(optionalResuming) { expect, ...why }: ResumeScheduleBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new ResumeSchedule(id, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('retire')
  @Route({ summary: 'Put a schedule out of use', description: 'It leaves the list; its history stays, and it can be resumed.', answers: { 200: commandAnswer }, refuses: REFUSES })
  retire(@Param('id') id: string, @CheckedBody(closeScheduleBody) { expect, ...why }: CloseScheduleBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new RetireSchedule(id, expect, this.gateway.envelope(request, principal, why)));
  }

  @Post('backfill')
  @Route({
    summary: 'Start what was due in a stretch of the past and has not been started', description: 'An occurrence never runs twice: what has a run is left alone. What may not overlap comes one after the other.',
    answers: { 200: backfillAnswer }, refuses: { 400: ['invalid-range'], 404: ['schedule-not-found'], 409: ['range-not-past', 'range-too-long', 'schedule-retired'] },
  })
  async backfill(@Param('id') id: string, @CheckedBody(backfillBody) { from, until, ...why }: BackfillBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<BackfillAnswer> {
    if (until <= from) throw new HttpProblem(400, 'invalid-range', `the stretch ends (${until}) before it begins (${from})`);
    const { place, started, already } = await this.gateway.execute(new Backfill(id, from, until, this.gateway.envelope(request, principal, why)));
    return { position: place.receipt.position, started, already };
  }

  @Post('occurrences/:key/start')
  @Route({ summary: 'Start a missed occurrence that waits for an answer', answers: { 200: commandAnswer }, refuses: ASKED })
  start(@Param('id') id: string, @Param('key') key: string, @CheckedBody(missedOccurrenceBody) why: MissedOccurrenceBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new StartMissed(id, key, this.gateway.envelope(request, principal, why)));
  }

  @Post('occurrences/:key/skip')
  @Route({ summary: 'Leave out a missed occurrence that waits for an answer', answers: { 200: commandAnswer }, refuses: ASKED })
  skip(@Param('id') id: string, @Param('key') key: string, @CheckedBody(missedOccurrenceBody) why: MissedOccurrenceBody, @Req() request: FastifyRequest, @CurrentPrincipal() principal: Principal): Promise<CommandAnswer> {
    return this.gateway.answer(new SkipMissed(id, key, this.gateway.envelope(request, principal, why)));
  }
}
