import { readImported } from './imported-dates.js';

const ics = (...lines: string[]) => ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (...lines: string[]) => ics('BEGIN:VEVENT', 'UID:1@example.org', ...lines, 'END:VEVENT');
const dates = (text: string) => readImported('f', text);
const START = 'DTSTART;VALUE=DATE:20261224';

describe('an iCalendar file', () => {
  it.each<[string, string, object]>([
    ['one day', event(START), { dates: ['2026-12-24'], yearly: [] }],
    ['one day with its end, which is the day after', event(START, 'DTEND;VALUE=DATE:20261225'), { dates: ['2026-12-24'], yearly: [] }],
    ['several days, over the new year', event(START, 'DTEND;VALUE=DATE:20270103'), { dates: ['2026-12-24..2027-01-02'], yearly: [] }],
    ['each year', event(START, 'DTEND;VALUE=DATE:20261227', 'RRULE:FREQ=YEARLY'), { dates: [], yearly: ['12-24', '12-25', '12-26'] }],
    ['folded lines', event('SUMMARY:Christ', ' mas: Eve', 'DTSTART;VALUE=D', '\tATE:20261224'), { dates: ['2026-12-24'], yearly: [] }],
    ['alarms and time zones beside', ics('BEGIN:VTIMEZONE', 'TZID:X', 'END:VTIMEZONE', 'BEGIN:VEVENT', START, 'BEGIN:VALARM', 'TRIGGER:-P1D', 'DURATION:PT1H', 'END:VALARM', 'END:VEVENT'), { dates: ['2026-12-24'], yearly: [] }],
    ['a day twice', ics('BEGIN:VEVENT', START, 'END:VEVENT', 'BEGIN:VEVENT', START, 'END:VEVENT'), { dates: ['2026-12-24'], yearly: [] }],
    ['no events', ics(), { dates: [], yearly: [] }],
    ['parameters in quotes', event('DTSTART;X-A="a:b;c";VALUE=DATE:20261224'), { dates: ['2026-12-24'], yearly: [] }],
  ])('is taken with %s', (_, text, wanted) => {
    expect(dates(text)).toEqual(wanted);
  });

  it.each<[string, string, RegExp]>([
    ['a time of day', event('DTSTART:20261224T090000Z'), /^f:5: DTSTART:20261224T090000Z is no whole day; only DTSTART;VALUE=DATE:20261224 is taken; nothing was changed$/],
    ['a day that does not exist', event('DTSTART;VALUE=DATE:20260230'), /^f:5: DTSTART 20260230 does not exist/],
    ['an end before the beginning', event(START, 'DTEND;VALUE=DATE:20261224'), /^f:6: DTEND is not after DTSTART/],
    ['no beginning', event('SUMMARY:x'), /^f:3: the event has no DTSTART/],
    ['another rule', event(START, 'RRULE:FREQ=YEARLY;COUNT=3'), /^f:6: RRULE:FREQ=YEARLY;COUNT=3 is not taken/],
    ['exceptions', event(START, 'EXDATE;VALUE=DATE:20271224'), /^f:6: EXDATE is not taken/],
    ['a duration', event(START, 'DURATION:P1D'), /^f:6: DURATION is not taken/],
    ['a cancelled event', event(START, 'STATUS:CANCELLED'), /^f:6: the event is cancelled/],
    ['a task', ics('BEGIN:VTODO', 'END:VTODO'), /^f:3: VTODO is not taken/],
    ['half of itself', ics('BEGIN:VEVENT', START).replace('END:VCALENDAR', ''), /^f:1: BEGIN:VCALENDAR has no end/],
    ['something else in it', ics('hello'), /^f:3: "hello" is no line of an iCalendar file/],
    ['a number behind folded lines', event('SUMMARY:a', ' b', ' c', 'DTSTART:x'), /^f:8: /],
  ])('is refused by its line with %s', (_, text, message) => {
    expect(() => dates(text)).toThrow(message);
  });
});

describe('a plain file', () => {
  it('has dates, ranges and days of each year, with remarks', () => {
    const text = '\uFEFF# Germany\n2027-01-01  # New Year\r\n2026-12-24..2026-12-26\n\n12-25\n2027-01-01\n 2026-01-02 .. 2026-01-02 \n';
    expect(dates(text)).toEqual({ dates: ['2026-01-02', '2026-12-24..2026-12-26', '2027-01-01'], yearly: ['12-25'] });
  });

  it.each<[string, RegExp]>([
    ['2026-12-24\n24.12.2026', /^f:2: "24.12.2026" is no date; a line holds 2026-12-24/], ['2026-02-29', /^f:1: 2026-02-29 does not exist/],
    ['2026-12-24..2026-12-23', /^f:1: the range 2026-12-24..2026-12-23 ends before it begins/], ['02-30', /^f:1: 02-30 does not exist in any year/],
  ])('is refused by its line: %j', (text, message) => {
    expect(() => dates(text)).toThrow(message);
  });
});
