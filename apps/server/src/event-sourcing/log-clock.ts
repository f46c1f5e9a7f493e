import { Injectable } from '@nestjs/common';
import type { Instant } from '#events/vocabulary';

/** Log time is the running maximum of what the clock said: a clock that jumps back never makes an effect older than its cause. */
@Injectable()
export class LogClock {
  private newest = '';
  private lastRead: number | undefined;

  /** @param read the wall clock in milliseconds; a test gives its own */
  constructor(private readonly read: () => number = Date.now) {}

  now(): Instant {
    const now = this.read();
    // Many commands share a millisecond, and its text.
    if (now !== this.lastRead) this.advance(new Date(now).toISOString() as Instant);
    this.lastRead = now;
    return this.newest as Instant;
  }

  /** The log holds this instant already. */
  advance(at: Instant): void {
    if (at > this.newest) this.newest = at;
  }
}
