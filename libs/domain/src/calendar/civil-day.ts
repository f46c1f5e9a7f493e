import type { Weekday } from '#events/planning/calendar-definition';

/**
 * Days of the Gregorian calendar as whole numbers, 0 for 1970-01-01, so that rules can count without asking a clock or a time zone.
 * The arithmetic is that of Howard Hinnant's "chrono-compatible low-level date algorithms": years begin in March, so that the leap day is their last.
 */
export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** From Monday, as a week is read. */
export const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const DAYS_OF_400_YEARS = 146_097;
const MARCH_OF_YEAR_0_TO_1970 = 719_468;
const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;

/** The number of a date; it has to be one that exists. */
export function dayOf({ year, month, day }: CivilDate): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * DAYS_OF_400_YEARS + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - MARCH_OF_YEAR_0_TO_1970;
}

export function civilDateOf(number: number): CivilDate {
  const since = number + MARCH_OF_YEAR_0_TO_1970;
  const era = Math.floor(since / DAYS_OF_400_YEARS);
  const dayOfEra = since - era * DAYS_OF_400_YEARS;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: yearOfEra + era * 400 + (month > 2 ? 0 : 1), month, day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1 };
}

export function daysOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** 0 for Monday to 6 for Sunday. */
export function weekdayNumberOf(number: number): number {
  return (((number + 3) % 7) + 7) % 7;
}

export function weekdayOf(number: number): Weekday {
  return WEEKDAYS[weekdayNumberOf(number)] as Weekday;
}

/** The number of `2026-12-24`; undefined for what is no date, or none that exists (`2026-02-30`). */
export function dayOfText(text: string): number | undefined {
  const found = DATE.exec(text);
  if (found === null) return undefined;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysOfMonth(year, month);
  return exists ? dayOf({ year, month, day }) : undefined;
}

/** `2026-12-24`. */
export function textOfDay(number: number): string {
  const { year, month, day } = civilDateOf(number);
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
