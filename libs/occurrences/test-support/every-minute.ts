import type { ScheduleDefinition, ScheduleRule } from '#events/planning/schedule-definition';

// Asks every minute of UTC what the clocks show, and every day whether it is meant. Slow, plain, and not one line of it is the code's.

const DAY = 86_400_000;
const MINUTE = 60_000;

/** Every minute from some days before a month until some days after it, with what the clocks show: a date and a time, as if they were UTC. */
export interface Month {
  readonly zone: string;
  readonly from: number;
  readonly to: number;
  readonly instants: readonly number[];
  readonly shown: readonly number[];
}

/** No clocks are further from UTC. */
const FURTHEST = 16 * 60;

/** The clocks of one zone, for whole days of UTC: `2026-03`. */
export function monthOf(zone: string, month: string): Month {
  const from = Date.parse(`${month}-01T00:00Z`);
  const to = Date.parse(`${new Date(from + 31 * DAY).toISOString().slice(0, 7)}-01T00:00Z`);
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const instants = Array.from({ length: (to - from + 6 * DAY) / MINUTE }, (_, index) => from - 3 * DAY + index * MINUTE);
  // The clocks of no zone change within a quarter of an hour, nor are they off by less: so it is asked about each quarter.
  let quarter = 0;
  const shown = instants.map((instant, index) => {
    if (index % 15 === 0) quarter = timeOf(format.format(instant).replace(' ', 'T'));
    return quarter + index % 15 * MINUTE;
  });
  return { zone, from, to, instants, shown };
}

/** The indices at which the clocks show a local time, in order. They are looked for around where UTC has it. */
function passesOf(local: number, { instants, shown }: Month): number[] {
  const middle = (local - (instants[0] ?? 0)) / MINUTE;
  const found: number[] = [];
  for (let index = middle - FURTHEST; index <= middle + FURTHEST; index += 15) if (shown[index] === local) found.push(index);
  return found;
}

const dates = new Map<number, string>();
/** Of a midnight. */
function dateOf(time: number): string {
  const date = dates.get(time) ?? new Date(time).toISOString().slice(0, 10);
  dates.set(time, date);
  return date;
}
const textOf = (time: number) => new Date(time).toISOString().slice(0, 16);
const timeOf = (text: string) => Date.parse(`${text}Z`);

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
    const [hours, ofHour] = [numbers(24).filter((each) => fits(hour, each, 0)), numbers(60).filter((each) => fits(minute, each, 0))];
    const minutes = hours.flatMap((each) => ofHour.map((past) => each * 60 + past));
    for (const date of moved((each) => isCronDay(dayFields, each))) for (const each of minutes) times.push([textOf(Date.parse(`${date}T00:00Z`) + each * MINUTE), date]);
  }
  return new Map(times);
}

function numbers(length: number): number[] {
  return Array.from({ length }, (_, each) => each);
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

function startsAtTimes(times: Map<string, string>, { gap, fold }: ScheduleDefinition, month: Month): Found[] {
  const { instants, shown } = month;
  const starts: Found[] = [];
  for (const [local, businessDay] of times) {
    const found = passesOf(timeOf(local), month).map((index, pass) => ({ key: pass === 0 ? local : `${local}+${pass}`, instant: instants[index] ?? 0, businessDay }));
    starts.push(...(fold === 'both' ? found : fold === 'first' ? found.slice(0, 1) : found.slice(-1)));
  }
  if (gap === 'skip') return starts;
  const taken = new Set(starts.map(({ instant }) => instant));
  const isWithin = (local: string) => timeOf(local) > (shown[0] ?? 0) && timeOf(local) < (shown.at(-1) ?? 0);
  const never = [...times].filter(([local]) => isWithin(local) && passesOf(timeOf(local), month).length === 0).sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [local, businessDay] of never) {
    const jump = instants[shown.findIndex((time, index) => index > 0 && time > timeOf(local) && (shown[index - 1] ?? 0) < timeOf(local))];
    if (jump === undefined || taken.has(jump)) continue;
    taken.add(jump);
    starts.push({ key: local, instant: jump, businessDay });
  }
  return starts;
}

function startsInWindows(rule: Extract<ScheduleRule, { kind: 'every' }>, { gap, fold }: ScheduleDefinition, days: Set<string>, month: Month): Found[] {
  const { instants, shown } = month;
  const found = new Map<number, Found>();
  const localOf = (date: string, time: string) => Date.parse(`${date}T00:00Z`) + (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * MINUTE;
  for (const date of [...days].sort()) {
    const [from, until] = [localOf(date, rule.from), localOf(date, rule.until)];
    if ((shown[0] ?? 0) >= from || (shown.at(-1) ?? 0) <= until) continue;
    const first = passesOf(from, month)[0] ?? shown.findIndex((time) => time >= from);
    const last = passesOf(until, month).at(-1) ?? shown.findIndex((time) => time > until) - (gap === 'skip' ? 1 : 0);
    for (let index = first; index <= last; index += rule.seconds / 60) {
      const local = shown[index] ?? 0;
      const passes = passesOf(local, month);
      const [one, other] = [passes[0], passes.at(-1)];
      if (fold === 'both' || index === (fold === 'first' ? one : other)) found.set(index, { key: `${textOf(local)}${index === one ? '' : '+1'}`, instant: instants[index] ?? 0, businessDay: date });
    }
  }
  return [...found.values()];
}
