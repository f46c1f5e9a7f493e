import { Injectable } from '@nestjs/common';
import type { CalendarDefinition } from '#events/planning/calendar-definition';
import type { CalendarEvent } from '#events/planning/calendar.events';
import type { Actor, Instant } from '#events/vocabulary';
import { calendarDecider, type CalendarState } from '#domain/calendar/calendar.decider';
import { calendarsIn } from '#domain/calendar/calendar-references';
import { type Calendars, compileCalendars, type OperatingDays } from '#domain/calendar/compile-calendars';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';
import { PastCalendars } from './past-calendars.js';

export interface TrackedCalendar {
  readonly calendar: string;
  readonly state: CalendarState;
  /** Of its stream. */
  readonly revision: number;
  /** Of the current version. */
  readonly definedAt: Instant;
  readonly definedBy: Actor;
}

/** What counted after the one before, up to and with `until`; until now, and from now on, where that is undefined. */
export interface DaysForATime {
  readonly days: OperatingDays;
  readonly until: Instant | undefined;
}

/** Every calendar as it stands, in its newest version, in the order in which they were first defined. */
@Injectable()
export class CalendarsProjection implements Projection {
  private readonly calendars = new Map<string, TrackedCalendar>();
  private readonly past = new PastCalendars();
  private compiled: Calendars | undefined;

  apply({ event, recorded: { stream, revision, metadata } }: FoldedEvent): void {
    if (!stream.startsWith('calendar-')) return;
    const calendar = stream.slice('calendar-'.length);
    const before = this.calendars.get(calendar);
    const state = calendarDecider.evolve(before?.state ?? calendarDecider.initialState, event as CalendarEvent, metadata);
    const isDefined = before?.state.version !== state.version;
    if (isDefined && state.definition !== undefined) this.past.add(state.definition, metadata.at);
    const defined = before === undefined || isDefined ? { definedAt: metadata.at, definedBy: metadata.actor } : before;
    this.calendars.set(calendar, { calendar, state, revision, definedAt: defined.definedAt, definedBy: defined.definedBy });
    this.compiled = undefined;
  }

  find(id: string): TrackedCalendar | undefined {
    return this.calendars.get(id);
  }

  /** The retired ones too. */
  all(): Iterable<TrackedCalendar> {
    return this.calendars.values();
  }

  /** What each says, those in use only: a new definition may name these. */
  get inUse(): readonly CalendarDefinition[] {
    return this.definitions.filter(({ calendar }) => this.calendars.get(calendar)?.state.mode === 'active');
  }

  /** What each says, the retired ones too: two servers at once may have let one be named that was just retired. */
  get definitions(): readonly CalendarDefinition[] {
    return [...this.calendars.values()].flatMap(({ state }) => state.definition ?? []);
  }

  /** Ready to be asked about days. The same until a definition changes, so that it remembers what it worked out. */
  get days(): Calendars {
    this.compiled ??= compileCalendars(this.definitions);
    return this.compiled;
  }

  /** The days of one, or undefined where it cannot tell them: `days.find` says why. */
  daysOf(calendar: string): OperatingDays | undefined {
    const found = this.days.find(calendar);
    return 'rejected' in found ? undefined : found;
  }

  /**
   * What a calendar said of its days since an instant, in order. One that it opens does not begin in the past, and one that it closes was open until then.
   * Where it could not tell its days, what it says next counts for that time too; nothing comes last while it still cannot.
   */
  daysSince(calendar: string, instant: Instant): DaysForATime[] {
    const changes = this.past.changesAfter(calendar, instant);
    return [...changes, undefined].flatMap((until, index) => {
      const days = until === undefined ? this.daysOf(calendar) : this.past.at(changes[index - 1] ?? instant).find(calendar);
      return days === undefined || 'rejected' in days ? [] : [{ days, until }];
    });
  }

  /** The calendars in use that name one. */
  naming(calendar: string): string[] {
    return this.inUse.filter(({ days }) => calendarsIn(days).has(calendar)).map((each) => each.calendar);
  }
}
