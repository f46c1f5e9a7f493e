import type { DayRule } from '#events/planning/calendar-definition';

const DAY_MS = 86_400_000;
const NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FAR = 366;

/** Every day from which one that a spec asks about could be reached, more than ten years each way, as Date has them. */
const FIRST = Date.UTC(2015, 0, 1);
const DATES = Array.from({ length: Math.round((Date.UTC(2039, 0, 1) - FIRST) / DAY_MS) }, (_, index) => new Date(FIRST + index * DAY_MS).toISOString().slice(0, 10));
const WEEKDAY = DATES.map((date) => NAMES[new Date(`${date}T00:00:00Z`).getUTCDay()]);
const indexOf = (date: string) => Math.round((Date.parse(`${date}T00:00:00Z`) - FIRST) / DAY_MS);

export function plusDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

type Open = readonly boolean[];

/** So many open days further, found by going there. */
function walked(from: number, by: number, over: Open): number | undefined {
  let [at, left] = [from, Math.abs(by)];
  while (left > 0) {
    at += Math.sign(by);
    if (Math.abs(at - from) > FAR) return undefined;
    if (over[at] === true) left -= 1;
  }
  return at;
}

/** Each day is picked up and put down where it belongs. */
function carried(days: Open, carry: (from: number) => number | undefined): Open {
  const open = DATES.map(() => false);
  days.forEach((isOpen, from) => {
    const to = isOpen ? carry(from) : undefined;
    if (to !== undefined && to in open) open[to] = true;
  });
  return open;
}

/** The days of each month that are wanted, counted out. */
function ofMonths(isWanted: (index: number) => boolean, nth: number): Open {
  const months = new Map<string, number[]>();
  DATES.forEach((date, index) => {
    const month = months.get(date.slice(0, 7)) ?? [];
    months.set(date.slice(0, 7), month);
    if (isWanted(index)) month.push(index);
  });
  const found = new Set([...months.values()].map((month) => (nth > 0 ? month[nth - 1] : month.at(nth))));
  return DATES.map((_, index) => found.has(index));
}

function tableOf(rule: DayRule, calendars: Readonly<Record<string, DayRule>>, known: Map<string, Open>): Open {
  const table = (each: DayRule) => tableOf(each, calendars, known);
  if ('every' in rule) return DATES.map(() => true);
  if ('weekdays' in rule) return WEEKDAY.map((name) => (rule.weekdays as readonly (string | undefined)[]).includes(name));
  if ('nth' in rule) return ofMonths((index) => WEEKDAY[index] === rule.weekday, rule.nth);
  if ('dayOfMonth' in rule) return ofMonths(() => true, rule.dayOfMonth);
  if ('dates' in rule) return DATES.map((date) => rule.dates.some((each) => each.slice(0, 10) <= date && date <= each.slice(-10)));
  if ('yearly' in rule) return DATES.map((date) => rule.yearly.includes(date.slice(5)));
  if ('calendar' in rule) {
    const named = known.get(rule.calendar) ?? table(calendars[rule.calendar] as DayRule);
    known.set(rule.calendar, named);
    return named;
  }
  if ('and' in rule) { const parts = rule.and.map(table); return DATES.map((_, index) => !parts.some((part) => part[index] !== true)); }
  if ('or' in rule) { const parts = rule.or.map(table); return DATES.map((_, index) => parts.filter((part) => part[index]).length > 0); }
  if ('not' in rule) return table(rule.not).map((open) => !open);
  const [days, over] = [table(rule.days), table(rule.over)];
  if ('shift' in rule) return carried(days, (from) => walked(from, rule.shift, over));
  const step = { skip: 0, next: 1, previous: -1 }[rule.closed];
  return carried(days, (from) => (over[from] === true ? from : step === 0 ? undefined : walked(from, step, over)));
}

/** What a rule says of a date of the 2020s, worked out for every day by Date and by counting: in other words than the rules' own. */
export function oracle(rule: DayRule, calendars: Readonly<Record<string, DayRule>> = {}) {
  const table = tableOf(rule, calendars, new Map());
  return {
    isOpen: (date: string) => table[indexOf(date)] === true,
    shift: (date: string, by: number) => {
      const to = walked(indexOf(date), by, table);
      return to === undefined ? undefined : DATES[to];
    },
  };
}
