import { Controller, Get } from '@nestjs/common';
import type { z } from 'zod';
import { type List, listOf } from '#protocol/api';
import { dueView, type DueView } from '#protocol/schedules';
import { CheckedQuery } from '../../openapi/checked.js';
import { Route, Tag } from '../../openapi/route.js';
import { ScheduleQueries } from '../schedule-queries.js';
import { outlookQuery } from './outlook.js';

/** What all schedules together will start. */
@Controller('api/v1/forecast')
@Tag('schedules')
export class ForecastController {
  constructor(private readonly queries: ScheduleQueries) {}

  @Get()
  @Route({ summary: 'Show what all active schedules start, in order', answers: { 200: listOf(dueView) } })
  forecast(@CheckedQuery(outlookQuery) outlook: z.output<typeof outlookQuery>): List<DueView> {
    return this.queries.forecast(outlook);
  }
}
