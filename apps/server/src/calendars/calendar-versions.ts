import { Inject, Injectable } from '@nestjs/common';
import { upcast } from '#events/upcast';
import type { EventStore } from '#event-store/event-store.port';
import type { CalendarVersionView } from '#protocol/calendars';
import { EVENT_STORE } from '../event-sourcing/event-store.token.js';
import { calendarStream } from './calendar.aggregate.js';

/** Every version of a calendar, with who defined it when. They are read from the log: the fold keeps the newest one only. */
@Injectable()
export class CalendarVersions {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  /** Oldest first. */
  async all(calendar: string): Promise<CalendarVersionView[]> {
    const versions: CalendarVersionView[] = [];
    for await (const recorded of this.store.read(calendarStream(calendar))) {
      const event = upcast(recorded);
      if (event.type !== 'CalendarDefined' && event.type !== 'CalendarRevised') continue;
      const { at, actor, reason, ticket } = recorded.metadata;
      versions.push({ ...event.data, at, actor, ...(reason === undefined ? {} : { reason }), ...(ticket === undefined ? {} : { ticket }) });
    }
    return versions;
  }
}
