import { Injectable } from '@nestjs/common';
import type { Instant } from '#events/vocabulary';

/** Log time is the running maximum of what the clock said: a clock that jumps back never makes an effect older than its cause. */
@Injectable()
export class LogClock {
  private newest = '';

  /** @param read the wall clock in milliseconds; a test gives its own */
  constructor(private readonly read: () => number = Date.now) {}

  now(): Instant {
    this.advance(new Date(this.read()).toISOString() as Instant);
    return this.newest as Instant;
  }

  /** The log holds this instant already. */
  advance(at: Instant): void {
    if (at > this.newest) this.newest = at;
  }
}
