import type { CalendarDay } from '#protocol/calendars';
import type { Paint } from '../output/colour.js';

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const HEADING = 'Mo Tu We Th Fr Sa Su ';
const WIDTH = HEADING.length;
const BLANK_DAY = '   ';
const MONTHS_BESIDE = 3;
const BETWEEN = '   ';

/** The months of days, three beside each other, closed days with a mark behind them, and what the mark means. */
export function calendarPage(days: readonly CalendarDay[], closed: Paint): string[] {
  const months = grouped(days);
  const pages = [...months].map(([month, its]) => monthPage(month, its, closed));
  const rows: string[] = [];
  for (let first = 0; first < pages.length; first += MONTHS_BESIDE) rows.push(...beside(pages.slice(first, first + MONTHS_BESIDE)), '');
  const open = days.filter((day) => day.open).length;
  return [...rows, `${closed('*')} closed; ${open} of ${days.length} days are open`];
}

/** By year and month. */
function grouped(days: readonly CalendarDay[]): Map<string, CalendarDay[]> {
  const months = new Map<string, CalendarDay[]>();
  for (const day of days) {
    const month = day.date.slice(0, 7);
    const its = months.get(month) ?? [];
    months.set(month, its);
    its.push(day);
  }
  return months;
}

/** A line of a month: the text, and as it is painted. */
interface Line {
  readonly columns: number;
  readonly painted: string;
}

function monthPage(month: string, days: readonly CalendarDay[], closed: Paint): Line[] {
  const title = `${MONTHS[Number(month.slice(5)) - 1] ?? month} ${month.slice(0, 4)}`;
  const left = ' '.repeat(Math.floor((WIDTH - 1 - title.length) / 2));
  const blanks = Math.max(0, WEEKDAYS.indexOf(days[0]?.weekday ?? 'mon'));
  const cells = [...Array.from({ length: blanks }, () => BLANK_DAY), ...days.map((day) => cell(day, closed))];
  const weeks: Line[] = [];
  for (let first = 0; first < cells.length; first += 7) {
    const week = cells.slice(first, first + 7);
    weeks.push({ columns: week.length * BLANK_DAY.length, painted: week.join('') });
  }
  return [plain(left + title), plain(HEADING), ...weeks];
}

function cell({ date, open }: CalendarDay, closed: Paint): string {
  const number = date.slice(8).replace(/^0/, ' ');
  return open ? `${number} ` : closed(`${number}*`);
}

function plain(text: string): Line {
  return { columns: text.length, painted: text };
}

function beside(pages: readonly (readonly Line[])[]): string[] {
  const height = Math.max(...pages.map((page) => page.length));
  return Array.from({ length: height }, (_, row) => pages.map((page) => {
    const { columns, painted } = page[row] ?? plain('');
    return painted + ' '.repeat(WIDTH - columns);
  }).join(BETWEEN).trimEnd());
}
