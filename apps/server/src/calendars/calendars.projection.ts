import { Injectable } from '@nestjs/common';
import type { CalendarDefinition } from '#events/planning/calendar-definition';
import type { CalendarEvent } from '#events/planning/calendar.events';
import type { Actor, Instant } from '#events/vocabulary';
import { calendarDecider, type CalendarState } from '#domain/calendar/calendar.decider';
import { calendarsIn } from '#domain/calendar/calendar-references';
import { type Calendars, compileCalendars, type OperatingDays } from '#domain/calendar/compile-calendars';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';

export interface TrackedCalendar {
  readonly calendar: string;
  readonly state: CalendarState;
  /** Of its stream. */
  readonly revision: number;
  /** Of the current version. */
  readonly definedAt: Instant;
  readonly definedBy: Actor;
}

/** Every calendar as it stands, in its newest version, in the order in which they were first defined. */
@Injectable()
export class CalendarsProjection implements Projection {
  private readonly calendars = new Map<string, TrackedCalendar>();
  private compiled: Calendars | undefined;

  apply({ event, recorded: { stream, revision, metadata } }: FoldedEvent): void {
    if (!stream.startsWith('calendar-')) return;
    const calendar = stream.slice('calendar-'.length);
    const before = this.calendars.get(calendar);
    const state = calendarDecider.evolve(before?.state ?? calendarDecider.initialState, event as CalendarEvent, metadata);
    const defined = before === undefined || before.state.version !== state.version ? { definedAt: metadata.at, definedBy: metadata.actor } : before;
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

  /** When its days last changed, through its own definition or that of a calendar that it names. */
  changedAt(calendar: string, seen = new Set<string>()): Instant | undefined {
    const tracked = this.calendars.get(calendar);
    if (tracked?.state.definition === undefined || seen.has(calendar)) return undefined;
    seen.add(calendar);
    return [...calendarsIn(tracked.state.definition.days)].flatMap((named) => this.changedAt(named, seen) ?? []).reduce((newest, at) => (at > newest ? at : newest), tracked.definedAt);
  }

  /** The calendars in use that name one. */
  naming(calendar: string): string[] {
    return this.inUse.filter(({ days }) => calendarsIn(days).has(calendar)).map((each) => each.calendar);
  }
}
