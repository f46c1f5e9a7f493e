import { existingDate, LineFault } from './line-fault.js';

interface Property {
  readonly line: number;
  readonly name: string;
  readonly parameters: string;
  readonly value: string;
}

interface Dates {
  readonly dates: string[];
  readonly yearly: string[];
}

/** What would move, repeat or take away days in ways that no list of dates says. */
const NOT_TAKEN = ['DURATION', 'RDATE', 'EXDATE', 'EXRULE', 'RECURRENCE-ID'];
const NO_DAYS = ['VTIMEZONE', 'STANDARD', 'DAYLIGHT', 'VALARM', 'VCALENDAR', 'VEVENT'];
const DAY_MS = 86_400_000;
const MAX_YEARLY_DAYS = 366;

/** The all-day events of an iCalendar file (RFC 5545). Whatever says more than dates and years is refused. @throws LineFault */
export function readIcs(text: string): Dates {
  const found: Dates = { dates: [], yearly: [] };
  const open: Property[] = [];
  let event: Property[] = [];
  for (const property of unfolded(text)) {
    const component = property.value.trim().toUpperCase();
    if (property.name === 'BEGIN') {
      if (!NO_DAYS.includes(component)) throw new LineFault(property.line, `${component} is not taken; only VEVENT with whole days is`);
      if (component === 'VEVENT') event = [];
      open.push(property);
    } else if (property.name === 'END') {
      const begun = open.pop();
      if (begun?.value.trim().toUpperCase() !== component) throw new LineFault(property.line, `END:${component} ends nothing that began here`);
      if (component === 'VEVENT') takeEvent(event, begun, found);
    } else if (open.at(-1)?.value.trim().toUpperCase() === 'VEVENT') {
      event.push(property);
    }
  }
  const [unended] = open;
  if (unended !== undefined) throw new LineFault(unended.line, `BEGIN:${unended.value} has no end; the file is not whole`);
  return found;
}

/** A line that begins with a blank goes on with the one before it. */
function unfolded(text: string): Property[] {
  const lines: { line: number; text: string }[] = [];
  text.split(/\r?\n/).forEach((each, index) => {
    const last = lines.at(-1);
    if (/^[ \t]/.test(each) && last !== undefined) last.text += each.slice(1);
    else if (each.trim() !== '') lines.push({ line: index + 1, text: each });
  });
  return lines.map(({ line, text: whole }) => {
    const [, name, parameters = '', value = ''] = /^([A-Za-z0-9-]+)((?:;[^=:;]+=(?:"[^"]*"|[^":;]*)+)*):(.*)$/s.exec(whole) ?? [];
    if (name === undefined) throw new LineFault(line, `${JSON.stringify(whole.slice(0, 60))} is no line of an iCalendar file (NAME:value)`);
    return { line, name: name.toUpperCase(), parameters: parameters.toUpperCase(), value };
  });
}

function takeEvent(event: readonly Property[], begun: Property, found: Dates): void {
  const one = (name: string) => event.find((property) => property.name === name);
  const refused = event.find(({ name }) => NOT_TAKEN.includes(name));
  if (refused !== undefined) throw new LineFault(refused.line, `${refused.name} is not taken; an event has DTSTART, DTEND and at most RRULE:FREQ=YEARLY`);
  const status = one('STATUS');
  if (status?.value.trim().toUpperCase() === 'CANCELLED') throw new LineFault(status.line, 'the event is cancelled; leave it out of the file');
  const start = one('DTSTART');
  if (start === undefined) throw new LineFault(begun.line, 'the event has no DTSTART');
  const first = timeOf(start);
  const end = one('DTEND');
  // The end is the day after the last one.
  const last = end === undefined ? first : timeOf(end) - DAY_MS;
  if (end !== undefined && last < first) throw new LineFault(end.line, 'DTEND is not after DTSTART; it is the day after the last one');
  const rule = one('RRULE');
  if (rule === undefined) found.dates.push(first === last ? dateOf(first) : `${dateOf(first)}..${dateOf(last)}`);
  else takeYearly(rule, first, last, found);
}

function takeYearly({ line, value }: Property, first: number, last: number, found: Dates): void {
  if (value.trim().toUpperCase() !== 'FREQ=YEARLY') throw new LineFault(line, `RRULE:${value} is not taken; only FREQ=YEARLY without more parts is. Write the dates out`);
  if ((last - first) / DAY_MS >= MAX_YEARLY_DAYS) throw new LineFault(line, 'an event that comes back each year lasts longer than a year');
  for (let day = first; day <= last; day += DAY_MS) found.yearly.push(dateOf(day).slice(5));
}

function timeOf({ line, name, parameters, value }: Property): number {
  const [, year = '', month = '', day = ''] = /^(\d{4})(\d{2})(\d{2})$/.exec(value.trim()) ?? [];
  const isDate = year !== '' && (parameters === '' || /(^|;)VALUE=DATE(;|$)/.test(parameters));
  if (!isDate) throw new LineFault(line, `${name}${parameters}:${value} is no whole day; only ${name};VALUE=DATE:20261224 is taken`);
  const date = existingDate(year, month, day);
  if (date === undefined) throw new LineFault(line, `${name} ${value} does not exist`);
  return Date.parse(`${date}T00:00:00Z`);
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
