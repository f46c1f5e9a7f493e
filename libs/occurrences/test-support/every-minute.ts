import type { ScheduleDefinition, ScheduleRule } from '#events/planning/schedule-definition';

// Asks every minute of UTC what the clocks show, and every day whether it is meant. Slow, plain, and not one line of it is the code's.

const DAY = 86_400_000;
const MINUTE = 60_000;

/** Every minute from some days before a month until some days after it, with what the clocks show. */
export interface Month {
  readonly zone: string;
  readonly from: number;
  readonly to: number;
  readonly instants: readonly number[];
  readonly shown: readonly string[];
  /** The indices at which the clocks show a local time, in order. */
  readonly passes: ReadonlyMap<string, readonly number[]>;
}

/** The clocks of one zone, for whole days of UTC: `2026-03`. */
export function monthOf(zone: string, month: string): Month {
  const from = Date.parse(`${month}-01T00:00Z`);
  const to = Date.parse(`${new Date(from + 31 * DAY).toISOString().slice(0, 7)}-01T00:00Z`);
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const instants = Array.from({ length: (to - from + 6 * DAY) / MINUTE }, (_, index) => from - 3 * DAY + index * MINUTE);
  // The clocks of no zone change within a quarter of an hour, nor are they off by less: so it is asked about each quarter.
  let quarter = '';
  const shown = instants.map((instant, index) => {
    if (index % 15 === 0) quarter = format.format(instant).replace(' ', 'T');
    return index % 15 === 0 ? quarter : quarter.slice(0, 14) + String(Number(quarter.slice(14)) + index % 15).padStart(2, '0');
  });
  const passes = new Map<string, number[]>();
  for (const [index, local] of shown.entries()) passes.set(local, [...passes.get(local) ?? [], index]);
  return { zone, from, to, instants, shown, passes };
}

const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10);
const textOf = (time: number) => new Date(time).toISOString().slice(0, 16);

/** One that is expected. */
export interface Start {
  readonly key: string;
  readonly at: string;
  readonly businessDay: string;
}

/** The starts of a month. `isOpen` is the calendar; 40 days around the month are enough for what moves by a few days. */
export function startsByEveryMinute(definition: ScheduleDefinition, isOpen: (date: string) => boolean, month: Month): Start[] {
  const days = Array.from({ length: (month.to - month.from) / DAY + 80 }, (_, index) => dateOf(month.from + (index - 40) * DAY));
  const moved = (wanted: (date: string) => boolean) => new Set(days.filter(wanted).flatMap((date) => move(date, definition, isOpen)));
  const { rule } = definition;
  const starts = rule.kind === 'every' ? startsInWindows(rule, definition, moved(() => true), month) : startsAtTimes(timesOf(rule, moved, definition, isOpen), definition, month);
  return starts.filter(({ instant }) => instant >= month.from && instant < month.to).sort((one, other) => one.instant - other.instant)
    .map(({ key, instant, businessDay }) => ({ key, at: new Date(instant).toISOString(), businessDay }));
}

function move(date: string, { closed, shift }: ScheduleDefinition, isOpen: (date: string) => boolean): string[] {
  let day = Date.parse(`${date}T00:00Z`);
  if (!isOpen(date) && closed === 'skip') return [];
  while (!isOpen(dateOf(day))) day += closed === 'next' ? DAY : -DAY;
  for (let left = Math.abs(shift); left > 0; left -= 1) do day += Math.sign(shift) * DAY; while (!isOpen(dateOf(day)));
  return [dateOf(day)];
}

/** The local times of a rule, each with its business day. */
function timesOf(rule: Exclude<ScheduleRule, { kind: 'every' }>, moved: (wanted: (date: string) => boolean) => Set<string>, definition: ScheduleDefinition, isOpen: (date: string) => boolean): Map<string, string> {
  const times: [string, string][] = [];
  if (rule.kind === 'once') for (const text of rule.once) for (const date of move(text.slice(0, 10), definition, isOpen)) times.push([`${date}${text.slice(10)}`, date]);
  if (rule.kind === 'at') {
    const ofDay = rule.at.map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))).sort((one, other) => other - one);
    for (const minutes of ofDay) for (const date of moved(() => true)) times.push([textOf(Date.parse(`${date}T00:00Z`) + minutes * MINUTE), date]);
  }
  if (rule.kind === 'cron') {
    const [minute = '', hour = '', ...dayFields] = rule.cron.split(' ');
    const minutes = Array.from({ length: 1440 }, (_, each) => each).filter((each) => fits(minute, each % 60, 0) && fits(hour, Math.floor(each / 60), 0));
    for (const date of moved((each) => isCronDay(dayFields, each))) for (const each of minutes) times.push([textOf(Date.parse(`${date}T00:00Z`) + each * MINUTE), date]);
  }
  return new Map(times);
}

function isCronDay([dayField = '', monthField = '', weekdayField = '']: string[], date: string): boolean {
  const time = new Date(`${date}T00:00Z`);
  const isLast = (days: number) => new Date(time.getTime() + days * DAY).getUTCMonth() !== time.getUTCMonth();
  const isDay = dayField === 'L' ? isLast(1) : fits(dayField, time.getUTCDate(), 1);
  const [weekday = '', nth] = weekdayField.split('#');
  const isNth = nth === undefined || Math.ceil(time.getUTCDate() / 7) === Number(nth);
  const isWeekday = weekdayField.endsWith('L') ? Number(weekdayField[0]) === time.getUTCDay() && isLast(7) : fits(weekday, time.getUTCDay(), 0) && isNth;
  const either = dayField !== '*' && weekdayField !== '*' ? isDay || isWeekday : isDay && isWeekday;
  return fits(monthField, time.getUTCMonth() + 1, 1) && either;
}

function fits(field: string, value: number, least: number): boolean {
  return field.split(',').some((part) => {
    const [range = '', step = '1'] = part.split('/');
    const [low, high] = range === '*' ? [least, 99] : [Number(range.split('-')[0]), Number(range.split('-').at(-1))];
    return value >= low && value <= high && (value - low) % Number(step) === 0;
  });
}

interface Found {
  readonly key: string;
  readonly instant: number;
  readonly businessDay: string;
}

function startsAtTimes(times: Map<string, string>, { gap, fold }: ScheduleDefinition, { instants, shown, passes }: Month): Found[] {
  const starts: Found[] = [];
  for (const [local, businessDay] of times) {
    const found = (passes.get(local) ?? []).map((index, pass) => ({ key: pass === 0 ? local : `${local}+${pass}`, instant: instants[index] ?? 0, businessDay }));
    starts.push(...(fold === 'both' ? found : fold === 'first' ? found.slice(0, 1) : found.slice(-1)));
  }
  if (gap === 'skip') return starts;
  const taken = new Set(starts.map(({ instant }) => instant));
  const never = [...times].filter(([local]) => local > (shown[0] ?? '') && local < (shown.at(-1) ?? '') && !passes.has(local)).sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [local, businessDay] of never) {
    const jump = instants[shown.findIndex((text, index) => index > 0 && text > local && (shown[index - 1] ?? '') < local)];
    if (jump === undefined || taken.has(jump)) continue;
    taken.add(jump);
    starts.push({ key: local, instant: jump, businessDay });
  }
  return starts;
}

function startsInWindows(rule: Extract<ScheduleRule, { kind: 'every' }>, { gap, fold }: ScheduleDefinition, days: Set<string>, { instants, shown, passes }: Month): Found[] {
  const found = new Map<number, Found>();
  const localOf = (date: string, time: string) => textOf(Date.parse(`${date}T00:00Z`) + (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * MINUTE);
  for (const date of [...days].sort()) {
    const [from, until] = [localOf(date, rule.from), localOf(date, rule.until)];
    if ((shown[0] ?? '') >= from || (shown.at(-1) ?? '') <= until) continue;
    const first = passes.get(from)?.[0] ?? shown.findIndex((text) => text >= from);
    const last = passes.get(until)?.at(-1) ?? shown.findIndex((text) => text > until) - (gap === 'skip' ? 1 : 0);
    for (let index = first; index <= last; index += rule.seconds / 60) {
      const local = shown[index] ?? '';
      const [one, other] = [passes.get(local)?.[0], passes.get(local)?.at(-1)];
      if (fold === 'both' || index === (fold === 'first' ? one : other)) found.set(index, { key: index === one ? local : `${local}+1`, instant: instants[index] ?? 0, businessDay: date });
    }
  }
  return [...found.values()];
}
