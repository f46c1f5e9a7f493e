import { Injectable } from '@nestjs/common';

/** Names those who use a calendar, in words: `schedule nightly`. */
type AskForUsers = (calendar: string) => readonly string[];

/** Who keeps a calendar from being retired. Whatever names calendars tells it here, once, when the server is put together. */
@Injectable()
export class CalendarUsers {
  private readonly asked: AskForUsers[] = [];

  add(ask: AskForUsers): void {
    this.asked.push(ask);
  }

  usersOf(calendar: string): string[] {
    return this.asked.flatMap((ask) => [...ask(calendar)]);
  }
}
