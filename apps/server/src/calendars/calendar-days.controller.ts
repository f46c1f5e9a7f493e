import { Controller, Get, Param } from '@nestjs/common';
import { z } from 'zod';
import { dayOfText, textOfDay, weekdayOf } from '#domain/calendar/civil-day';
import { calendarDay, type CalendarDay, type CalendarVersionView, calendarVersionView } from '#protocol/calendars';
import { type List, listOf } from '#protocol/api';
import { HttpProblem } from '../http/http-problem.js';
import { pageOf, pageQuery } from '../http/page.js';
import { CheckedQuery } from '../openapi/checked.js';
import { Route, Tag } from '../openapi/route.js';
import { CalendarVersions } from './calendar-versions.js';
import { knownCalendar } from './calendar.view.js';
import { CalendarsProjection } from './calendars.projection.js';

/** Three years at once. */
const MAX_DAYS = 1_100;
const date = z.string().refine((text) => dayOfText(text) !== undefined, 'a date that exists, as 2026-12-24');
const daysQuery = z.object({ from: date.describe('The first day, as 2026-12-24.'), to: date.describe('The last day, at most 1,100 with the first.') });
const versionsQuery = z.object(pageQuery);

/** What a calendar says of days, and what it was. */
@Controller('api/v1/calendars/:id')
@Tag('calendars')
export class CalendarDaysController {
  constructor(private readonly calendars: CalendarsProjection, private readonly versions: CalendarVersions) {}

  @Get('days')
  @Route({
    summary: 'Show which days of a range are operating days', description: 'At most 1,100 days, both ends with them, by the newest version.',
    answers: { 200: listOf(calendarDay) }, refuses: { 404: ['calendar-not-found'], 409: ['unknown-calendar', 'calendar-cycle', 'calendar-too-deep'] },
  })
  days(@Param('id') id: string, @CheckedQuery(daysQuery) { from, to }: z.output<typeof daysQuery>): List<CalendarDay> {
    knownCalendar(this.calendars, id);
    const days = this.calendars.days.find(id);
    if ('rejected' in days) throw new HttpProblem(409, days.rejected, days.message);
    const [first = 0, last = 0] = [dayOfText(from), dayOfText(to)];
    const length = last - first + 1;
    if (length < 1 || length > MAX_DAYS) throw new HttpProblem(400, 'invalid-request', `from ${from} to ${to} are ${length} days; 1 to ${MAX_DAYS} can be asked for at once`);
    return { items: Array.from({ length }, (_, index) => ({ date: textOfDay(first + index), weekday: weekdayOf(first + index), open: days.isOpen(textOfDay(first + index)) })) };
  }

  @Get('versions')
  @Route({ summary: 'List the versions of a calendar', answers: { 200: listOf(calendarVersionView) }, refuses: { 404: ['calendar-not-found'] } })
  async list(@Param('id') id: string, @CheckedQuery(versionsQuery) { limit, cursor }: z.output<typeof versionsQuery>): Promise<List<CalendarVersionView>> {
    knownCalendar(this.calendars, id);
    return pageOf(await this.versions.all(id), limit, cursor, ({ version }) => String(version));
  }
}
