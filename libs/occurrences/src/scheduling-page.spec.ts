import { readFileSync } from 'node:fs';
import type { ScheduleDefinition, ScheduleRule } from '#events/planning/schedule-definition';
import { at, cron, due, every, scheduleOf, utc } from '../test-support/schedules.js';
import { defaultFold } from './default-fold.js';
import { whyParametersInvalid } from './render-parameters.js';
import { whyInvalid } from './why-invalid.js';

const page = readFileSync(new URL('../../../docs/scheduling.md', import.meta.url), 'utf8');

const rows = [...page.matchAll(/^\| ([A-Z]\w+\/\w+) \| `(.+)` \| `(gap|fold): (\w+)` \| (\d{4}-\d\d-\d\d) ([^|]+) \| ([^|]+) \|$/gm)]
  .map(([, zone = '', rule = '', policy = '', value = '', date = '', clocks = '', starts = '']) => ({ zone, rule, policy, value, date, clocks, starts }));

function ruleOf(text: string): ScheduleRule {
  const [, kind = '', value = ''] = /^(\w+): (.+)$/.exec(text) ?? [];
  if (kind === 'cron') return cron(value);
  if (kind === 'at') return at(value);
  const [, minutes = '', from = '', until = ''] = /^(\d+)m (\S+)-(\S+)$/.exec(value) ?? [];
  return every(Number(minutes), from, until);
}

/** What the clocks show in the minute before `at`, and then. */
function changeOn(zone: string, date: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const first = Date.parse(utc(`${date}T00:00`)) - 86_400_000;
  const read = (instant: number) => Date.parse(`${format.format(instant).replace(' ', 'T')}Z`);
  for (let instant = first; instant < first + 3 * 86_400_000; instant += 60_000) {
    const [before, after] = [read(instant - 60_000) + 60_000, read(instant)];
    if (before !== after) return [before, after].map((local) => hourOf(local, date)).join(' → ');
  }
  return 'they stay';
}

function hourOf(local: number, date: string): string {
  const minutes = (local - Date.parse(utc(`${date}T00:00`))) / 60_000;
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

describe('docs/scheduling.md', () => {
  it('has a table of what the clocks do, for every zone that we test', () => {
    expect(new Set(rows.map(({ zone }) => zone))).toEqual(new Set(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Beirut', 'Pacific/Apia', 'Asia/Tokyo']));
    expect(rows).toHaveLength(page.split('\n').filter((line) => /^\| [A-Z]\w+\/\w+ \|/.test(line)).length);
  });

  it.each(rows)('tells the change of the clocks: $zone $date $clocks', ({ zone, date, clocks }) => {
    expect(changeOn(zone, date)).toBe(clocks);
  });

  it.each(rows)('tells when it starts: $zone $rule $policy $value $date', ({ zone, rule, policy, value, date, starts }) => {
    const policies = { [policy]: value } as Partial<ScheduleDefinition>;
    const definition = scheduleOf(ruleOf(rule), { timeZone: zone, fold: defaultFold(ruleOf(rule)), ...policies });
    expect(whyInvalid(definition.rule, zone)).toEqual([]);
    const found = due(definition, new Date(Date.parse(utc(`${date}T00:00`)) - 86_400_000).toISOString().slice(0, 16), `${date}T23:59`)
      .filter(({ local }) => local.startsWith(date)).map(({ at: instant }) => `${instant.slice(11, 16)}Z`);
    expect(found.join(', ') || 'never').toBe(starts);
  });

  it('names no value of an occurrence that there is not', () => {
    const names = page.match(/\{\{ \w+\.\w+ \}\}/g) ?? [];
    expect(new Set(names).size).toBe(5);
    expect(whyParametersInvalid({ ALL: names.join() })).toEqual([]);
  });

  it('gives examples of rules that are accepted, and of one that is not', () => {
    const expressions = [...page.matchAll(/cron: "?([^"`|]+)["`]/g)].map(([, expression = '']) => expression);
    expect(expressions.flatMap((expression) => whyInvalid(cron(expression), 'UTC'))).toEqual([]);
    expect(whyInvalid(cron('0 0 30 2 *'), 'UTC')).toHaveLength(1);
  });
});
