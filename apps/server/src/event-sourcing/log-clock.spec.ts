import type { Instant } from '#events/vocabulary';
import { LogClock } from './log-clock.js';

describe('log time', () => {
  it('is the wall clock in UTC, in milliseconds', () => {
    expect(new LogClock(() => Date.UTC(2026, 10, 22, 20, 57, 59, 123)).now()).toBe('2026-11-22T20:57:59.123Z');
  });

  it('never goes back, whatever the clock says', () => {
    const readings = [2_000, 1_000, 3_000];
    const clock = new LogClock(() => readings.shift() ?? 0);
    expect([clock.now(), clock.now(), clock.now(), clock.now()].map((at) => Date.parse(at))).toEqual([2_000, 2_000, 3_000, 3_000]);
  });

  it('is never before what stands in the log', () => {
    const clock = new LogClock(() => 0);
    clock.advance('2030-01-01T00:00:00.000Z' as Instant);
    clock.advance('2029-01-01T00:00:00.000Z' as Instant);
    expect(clock.now()).toBe('2030-01-01T00:00:00.000Z');
  });
});
