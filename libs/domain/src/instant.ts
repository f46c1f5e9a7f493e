import type { Instant } from '#events/vocabulary';
import { civilDateOf, dayOf } from './calendar/civil-day.js';

const MS_PER_DAY = 86_400_000;

/** So many seconds after it, to the millisecond. Arithmetic on data: no clock is asked, and a rule has none to ask (law 9). */
export function later(instant: Instant, seconds: number): Instant {
  return instantOf(millisecondsOf(instant) + Math.round(seconds * 1000));
}

function millisecondsOf(instant: Instant): number {
  const part = (from: number, to: number) => Number(instant.slice(from, to));
  const day = dayOf({ year: part(0, 4), month: part(5, 7), day: part(8, 10) });
  return day * MS_PER_DAY + ((part(11, 13) * 60 + part(14, 16)) * 60 + part(17, 19)) * 1000 + part(20, 23);
}

function instantOf(milliseconds: number): Instant {
  const day = Math.floor(milliseconds / MS_PER_DAY);
  const { year, month, day: dayOfMonth } = civilDateOf(day);
  const rest = milliseconds - day * MS_PER_DAY;
  const digits = (value: number, length = 2) => String(value).padStart(length, '0');
  const time = [Math.floor(rest / 3_600_000), Math.floor(rest / 60_000) % 60, Math.floor(rest / 1000) % 60].map((value) => digits(value)).join(':');
  return `${digits(year, 4)}-${digits(month)}-${digits(dayOfMonth)}T${time}.${digits(rest % 1000, 3)}Z` as Instant;
}
