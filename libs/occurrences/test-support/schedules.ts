import type { ScheduleDefinition, ScheduleRule } from '#events/planning/schedule-definition';
import type { Instant } from '#events/vocabulary';
import type { Occurrence } from '#occurrences/occurrence';
import { occurrencesBetween } from '#occurrences/occurrences-between';
import type { OperatingDays } from '#occurrences/operating-days';

export function scheduleOf(rule: ScheduleRule, more: Partial<ScheduleDefinition> = {}): ScheduleDefinition {
  return {
    schedule: 'nightly', jobnets: ['A'], rule, timeZone: 'Europe/Berlin', closed: 'skip', shift: 0, gap: 'run', fold: 'first',
    misfire: 'runLatest', overlap: 'skip', parameters: {}, ...more,
  };
}

export const cron = (expression: string): ScheduleRule => ({ kind: 'cron', cron: expression });
export const at = (...times: string[]): ScheduleRule => ({ kind: 'at', at: times });
export const once = (...times: string[]): ScheduleRule => ({ kind: 'once', once: times });
export const every = (minutes: number, from: string, until: string): ScheduleRule => ({ kind: 'every', seconds: minutes * 60, from, until });

/** `2026-03-29T01:00` is enough. */
export function utc(text: string): Instant {
  return new Date(`${text}Z`).toISOString() as Instant;
}

export function due(definition: ScheduleDefinition, from: string, to: string, days?: OperatingDays): Occurrence[] {
  return [...occurrencesBetween(definition, days, utc(from), utc(to))];
}

/** `2026-03-29T02:30 01:00Z gap`: key, time of the instant, and what the clocks did. */
export function shown({ key, at: instant, clocks }: Occurrence): string {
  return [key, `${instant.slice(11, 16)}Z`, ...(clocks === undefined ? [] : [clocks])].join(' ');
}

/** The open days of a calendar, asked one by one, as far as 366 days. */
export function operatingDays(isOpen: (date: string) => boolean): OperatingDays {
  const shiftedBy = (date: string, days: number) => new Date(Date.parse(`${date}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
  const search = (date: string, step: 1 | -1, count: number) => {
    for (let [days, left] = [count === 0 ? 0 : 1, Math.max(1, count)]; days <= 366; days += 1) {
      const day = shiftedBy(date, days * step);
      if (isOpen(day) && (left -= 1) === 0) return day;
    }
    return undefined;
  };
  return { isOpen, next: (date) => search(date, 1, 0), previous: (date) => search(date, -1, 0), shift: (date, count) => (count === 0 ? date : search(date, count > 0 ? 1 : -1, Math.abs(count))) };
}

const weekdayOf = (date: string) => new Date(`${date}T00:00Z`).getUTCDay();

export const monToFri = operatingDays((date) => weekdayOf(date) % 6 !== 0);
