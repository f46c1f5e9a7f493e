import type { CalendarDefinition } from '#events/planning/calendar-definition';
import type { Instant } from '#events/vocabulary';
import { calendarsIn } from '#domain/calendar/calendar-references';
import { type Calendars, compileCalendars } from '#domain/calendar/compile-calendars';
import { remember } from '#occurrences/remember';

/** Schedules that decide together ask about the same changes. */
const REMEMBERED = 16;

interface Version {
  readonly definition: CalendarDefinition;
  readonly definedAt: Instant;
}

/** What calendars said at any time: what was due before a change is decided by what held then, however late that is. */
export class PastCalendars {
  /** Of each calendar, oldest first. */
  private readonly versions = new Map<string, Version[]>();
  private newest: Instant | undefined;
  private asOf = this.remembering();

  add(definition: CalendarDefinition, definedAt: Instant): void {
    this.versions.set(definition.calendar, [...this.versions.get(definition.calendar) ?? [], { definition, definedAt }]);
    this.newest = definedAt;
    this.asOf = this.remembering();
  }

  /** As they stood at an instant, with what changed in that very moment. */
  at(instant: Instant): Calendars {
    return this.asOf(instant);
  }

  /** When a calendar, or one that it has ever named, was defined anew after an instant, in order. */
  changesAfter(calendar: string, instant: Instant): Instant[] {
    if (this.newest === undefined || this.newest <= instant) return [];
    const changes = [...this.concerning(calendar)].flatMap((each) => this.versions.get(each) ?? []).map(({ definedAt }) => definedAt);
    return [...new Set(changes.filter((at) => at > instant))].sort();
  }

  private concerning(calendar: string, found = new Set<string>()): Set<string> {
    if (found.has(calendar)) return found;
    found.add(calendar);
    for (const { definition } of this.versions.get(calendar) ?? []) for (const named of calendarsIn(definition.days)) this.concerning(named, found);
    return found;
  }

  private remembering(): (instant: string) => Calendars {
    return remember(REMEMBERED, (instant) => compileCalendars([...this.versions.values()].flatMap((versions) => versions.findLast(({ definedAt }) => definedAt <= instant)?.definition ?? [])));
  }
}
