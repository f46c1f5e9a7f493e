import { Injectable } from '@nestjs/common';
import type { Instant } from '#events/vocabulary';

/** When this process last heard of each agent: by a hello, a report or a sign of life. No fact of the log; for people to read, nothing is decided by it. */
@Injectable()
export class LiveContacts {
  /** `at`: milliseconds of the wall clock; each report writes one, and few are read. */
  private readonly contacts = new Map<string, { readonly session: number; readonly at: number }>();

  heard(name: string, session: number): void {
    this.contacts.set(name, { session, at: Date.now() });
  }

  /** Undefined when this process never has in that session, its newest: then it is another server that hears of it, or the process is a new one. */
  lastOf(name: string, session: number | undefined): Instant | undefined {
    const contact = this.contacts.get(name);
    return contact !== undefined && contact.session === session ? new Date(contact.at).toISOString() as Instant : undefined;
  }
}
