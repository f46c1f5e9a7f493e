import { Cron, CronPattern } from 'croner';
import { DAY, dayOf } from '../local-time.js';
import { remember } from '../remember.js';

// croner is asked in UTC only, about local times that are counted as if they were UTC: it never sees a zone.

const FIVE_FIELDS = { mode: '5-part' } as const;

/** A compiled expression of croner holds a flag for each of 10,000 years: few are kept. */
const MAX_SEARCHES = 100;
const MAX_LISTS_OF_TIMES = 1_000;

/** The five fields: minute, hour, day of month, month, day of week. */
export function cronFields(cron: string): string[] {
  return cron.trim().split(/\s+/);
}

/** The minutes since midnight at which it is due on each of its days, ascending. */
export function cronMinutes(cron: string): readonly number[] {
  return timesOf(cronFields(cron).slice(0, 2).join(' '));
}

/** The first of its days from this one on. None before the year 10,000: it is never due. */
export function nextCronDay(cron: string, from: number): number | undefined {
  const fields = cronFields(cron).slice(2).join(' ');
  if (fields === '* * *') return from;
  const next = searchFor(fields).nextRun(new Date(from * DAY - 1_000));
  return next === null ? undefined : dayOf(next.getTime());
}

const timesOf = remember(MAX_LISTS_OF_TIMES, (fields) => {
  const { minute, hour } = new CronPattern(`${fields} * * *`, undefined, FIVE_FIELDS);
  return chosen(hour).flatMap((hours) => chosen(minute).map((minutes) => hours * 60 + minutes));
});

function chosen(flags: readonly number[]): number[] {
  return flags.flatMap((flag, number) => (flag > 0 ? [number] : []));
}

const searchFor = remember(MAX_SEARCHES, (fields) => new Cron(`0 0 ${fields}`, { ...FIVE_FIELDS, utcOffset: 0, paused: true }));
