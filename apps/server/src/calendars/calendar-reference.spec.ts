import { readFileSync } from 'node:fs';
import { checkCalendar } from '#domain/calendar/definition/check-calendar';
import { readCalendar } from './read-calendar.js';

const page = readFileSync(new URL('../../../../docs/calendars.md', import.meta.url), 'utf8');
const examples = readFileSync(new URL('../../../../examples/calendars.yaml', import.meta.url), 'utf8').split(/^---$/m);
const rows = [...page.matchAll(/^\| `(\w+): .*$/gm)];
const daysOf = (text: string) => {
  const read = readCalendar(`calendar: a\ndays: ${text}`);
  return 'definition' in read ? read.definition.days : read.faults;
};

describe('docs/calendars.md', () => {
  it('has a row for each kind of rule as it is stored, and for no other', () => {
    expect(rows.map(([, kind]) => kind)).toEqual(['every', 'weekdays', 'nth', 'dayOfMonth', 'dates', 'yearly', 'calendar', 'and', 'or', 'not', 'shift', 'closed']);
  });

  it('shows a calendar that can be applied as it stands', () => {
    expect(readCalendar(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '')).toMatchObject({ definition: { calendar: 'business-days' } });
  });

  it.each(['shift: -1, days: monthStart, over: { calendar: business-days }'])('has a rule in the text that is one: { %s }', (rule) => {
    expect(page).toContain(`\`{ ${rule} }\``);
    expect(daysOf(`{ ${rule} }`)).toEqual({ shift: -1, days: { dayOfMonth: 1 }, over: { calendar: 'business-days' } });
  });

  it.each(examples)('has examples that can be applied: %#', (text) => {
    expect(readCalendar(text)).toHaveProperty('definition');
  });
});

describe('a short form', () => {
  it.each<[string, object]>([
    ['day', { every: 'day' }],
    ['mon-fri', { weekdays: ['mon', 'tue', 'wed', 'thu', 'fri'] }],
    ['sat-mon', { weekdays: ['mon', 'sat', 'sun'] }],
    ['"wed, Mon"', { weekdays: ['mon', 'wed'] }],
    ['second: tue', { nth: 2, weekday: 'tue' }],
    ['last: fri', { nth: -1, weekday: 'fri' }],
    ['monthStart', { dayOfMonth: 1 }],
    ['monthEnd', { dayOfMonth: -1 }],
    ['monthEnd: 3', { dayOfMonth: -3 }],
    ['dayOfMonth: [1, -1]', { or: [{ dayOfMonth: 1 }, { dayOfMonth: -1 }] }],
    ['2026-12-24..2027-01-02', { dates: ['2026-12-24..2027-01-02'] }],
    ['12-25', { yearly: ['12-25'] }],
    ['[sat, 02-29]', { or: [{ weekdays: ['sat'] }, { yearly: ['02-29'] }] }],
  ])('is stored written out: %s', (text, stored) => {
    const days = daysOf(text.includes(': ') ? `{ ${text} }` : text);
    expect(days).toEqual(stored);
    expect(checkCalendar({ calendar: 'a', days })).toEqual({ definition: { calendar: 'a', days: stored } });
  });
});

describe('a rule that is none', () => {
  it.each<[string, string]>([
    ['mon-', 'bad-value'], ['holidays', 'bad-value'], ['2026-02-29', 'bad-date'], ['02-30', 'bad-date'], ['{ dates: [2026-01-02..2026-01-01] }', 'bad-date'],
    ['{ dayOfMonth: 0 }', 'bad-value'], ['{ dayOfMonth: 32 }', 'bad-value'], ['{ monthEnd: -1 }', 'bad-value'], ['{ nth: 6, weekday: mon }', 'bad-value'],
    ['{ nth: 1 }', 'missing-key'], ['{ shift: 1, days: mon }', 'missing-key'], ['{ shift: 400, days: mon, over: day }', 'bad-value'], ['{ closed: later, days: mon, over: day }', 'bad-value'],
    ['{ every: week }', 'bad-value'], ['{ weekdays: [] }', 'wrong-type'], ['[]', 'wrong-type'], ['{}', 'wrong-type'], ['{ and: mon }', 'wrong-type'], ['{ not: }', 'wrong-type'],
    ['{ calendar: "a b" }', 'bad-id'], ['{ weekday: mon }', 'unknown-key'], ['{ weekdays: mon, yearly: 12-25 }', 'two-rules'],
    [`${'{ not: '.repeat(33)}mon${' }'.repeat(33)}`, 'too-deep'], [`[${Array.from({ length: 1001 }, () => 'mon').join(', ')}]`, 'too-many-rules'],
  ])('is refused: %#', (text, code) => {
    expect(daysOf(text)).toEqual([expect.objectContaining({ code, line: 2 })]);
  });
});
