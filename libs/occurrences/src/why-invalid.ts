import { dayTime, localTime, type ScheduleRule } from '#events/planning/schedule-definition';
import { minutesOf, readLocal, writeLocal } from './local-time.js';
import type { ScheduleFault } from './schedule-fault.js';
import { whyCronInvalid } from './why-cron-invalid.js';
import { whyZoneInvalid } from './why-zone-invalid.js';

/** More of them are a calendar. */
const MAX_TIMES = 1_000;

/** Everything about a rule and its time zone that keeps it from ever being asked when it is due. Empty: nothing. */
export function whyInvalid(rule: ScheduleRule, timeZone: string): ScheduleFault[] {
  return [...whyRuleInvalid(rule), ...whyZoneInvalid(timeZone)];
}

function whyRuleInvalid(rule: ScheduleRule): ScheduleFault[] {
  switch (rule.kind) {
    case 'cron': return whyCronInvalid(rule.cron).map((message) => ({ path: ['cron'], message }));
    case 'at': return whyTimesInvalid('at', rule.at, whyDayTimeInvalid);
    case 'every': return whyEveryInvalid(rule);
    case 'once': return whyTimesInvalid('once', rule.once, whyLocalTimeInvalid);
  }
}

function whyTimesInvalid(key: 'at' | 'once', times: readonly string[], whyOne: (text: string) => string | undefined): ScheduleFault[] {
  if (times.length === 0) return [{ path: [key], message: `${key} names no time; a schedule needs one at least.` }];
  if (times.length > MAX_TIMES) return [{ path: [key], message: `${key} names ${times.length} times; at most ${MAX_TIMES} are accepted.` }];
  return times.flatMap((text, index) => {
    const message = whyOne(text);
    return message === undefined ? [] : [{ path: [key, index], message: `${key}: ${message}` }];
  });
}

function whyDayTimeInvalid(text: string): string | undefined {
  if (dayTime.safeParse(text).success) return undefined;
  return `${quote(text)} is no time of a business day; write hours and minutes from 00:00 to 47:59, as 09:30, or 26:30 for 02:30 of the morning after it.`;
}

function whyLocalTimeInvalid(text: string): string | undefined {
  const milliseconds = localTime.safeParse(text).success ? readLocal(text) : NaN;
  // 30 February would be read as 2 March.
  if (!Number.isNaN(milliseconds) && writeLocal(milliseconds) === text) return undefined;
  return `${quote(text)} is no local date and time; write it without a zone, as 2026-12-01T09:00.`;
}

function whyEveryInvalid({ seconds, from, until }: Extract<ScheduleRule, { kind: 'every' }>): ScheduleFault[] {
  const faults: ScheduleFault[] = [];
  if (!Number.isInteger(seconds) || seconds < 1) faults.push({ path: ['every'], message: `every must be a whole number of seconds from 1 on, as 15m; found ${seconds} seconds.` });
  for (const [key, text] of [['from', from], ['until', until]] as const) {
    const message = whyDayTimeInvalid(text);
    if (message !== undefined) faults.push({ path: [key], message: `${key}: ${message}` });
  }
  if (faults.every(({ path }) => path[0] === 'every') && minutesOf(until) < minutesOf(from)) {
    faults.push({ path: ['until'], message: `until (${until}) is before from (${from}); for a window over midnight count on, as 26:00 for 02:00 of the next day.` });
  }
  return faults;
}

const MAX_QUOTED_CHARACTERS = 60;

function quote(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED_CHARACTERS ? `${text.slice(0, MAX_QUOTED_CHARACTERS)}...` : text);
}
