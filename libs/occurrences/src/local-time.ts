import type { Instant } from '#events/vocabulary';

// A local time is counted in milliseconds as if it were UTC, a date in days: so both are plain numbers, and no zone hides in them.

export const MINUTE = 60_000;
export const DAY = 86_400_000;

export function dayOf(local: number): number {
  return Math.floor(local / DAY);
}

export function dayOfDate(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY;
}

export function dateOfDay(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** `2026-03-29T02:30`, and `2026-03-29T02:30:15` where there are seconds. */
export function writeLocal(local: number): string {
  const text = new Date(local).toISOString();
  return text.slice(0, local % MINUTE === 0 ? 16 : 19);
}

export function readLocal(text: string): number {
  return Date.parse(`${text}:00Z`);
}

/** Of `26:30`, since the midnight of its day. */
export function minutesOf(dayTime: string): number {
  return Number(dayTime.slice(0, 2)) * 60 + Number(dayTime.slice(3));
}

export function writeInstant(instant: number): Instant {
  return new Date(instant).toISOString() as Instant;
}

export function readInstant(instant: Instant): number {
  return Date.parse(instant);
}
