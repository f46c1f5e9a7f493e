import { CliFailure } from '../client/cli-failure.js';
import { EXIT } from '../client/exit-codes.js';
import { readIcs } from './ics.js';
import { existingDate, LineFault } from './line-fault.js';

/** What a file of holidays says: dates and ranges of dates, and days of each year. */
export interface ImportedDates {
  readonly dates: readonly string[];
  readonly yearly: readonly string[];
}

/** Reads an iCalendar file, or a plain one with a date, a range or a day of each year a line. @throws CliFailure that names the line */
export function readImported(label: string, text: string): ImportedDates {
  try {
    const body = text.replace(/^\uFEFF/, '');
    return sorted(/^\s*BEGIN:VCALENDAR/i.test(body) ? readIcs(body) : readPlain(body));
  } catch (error) {
    if (!(error instanceof LineFault)) throw error;
    throw new CliFailure(`${label}:${error.line}: ${error.message}; nothing was changed`, EXIT.refused);
  }
}

function readPlain(text: string): ImportedDates {
  const dates: string[] = [];
  const yearly: string[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    const words = line.replace(/#.*/, '').trim();
    if (words === '') return;
    if (/^\d{2}-\d{2}$/.test(words)) yearly.push(checkedDay(words, index + 1));
    else dates.push(checkedRange(words, index + 1));
  });
  return { dates, yearly };
}

function checkedDay(words: string, line: number): string {
  if (existingDate('2000', words.slice(0, 2), words.slice(3)) === undefined) throw new LineFault(line, `${words} does not exist in any year`);
  return words;
}

function checkedRange(words: string, line: number): string {
  const [, from = '', to] = /^(\d{4}-\d{2}-\d{2})(?:\s*\.\.\s*(\d{4}-\d{2}-\d{2}))?$/.exec(words) ?? [];
  if (from === '') throw new LineFault(line, `${JSON.stringify(words)} is no date; a line holds 2026-12-24, a range 2026-12-24..2027-01-02, or 12-25 for each year`);
  for (const date of [from, to ?? from]) {
    const [year = '', month = '', day = ''] = date.split('-');
    if (existingDate(year, month, day) === undefined) throw new LineFault(line, `${date} does not exist`);
  }
  if (to !== undefined && to < from) throw new LineFault(line, `the range ${words} ends before it begins`);
  return to === undefined || to === from ? from : `${from}..${to}`;
}

/** Each once, from the earliest on: the same holidays in another order are the same calendar. */
function sorted({ dates, yearly }: ImportedDates): ImportedDates {
  return { dates: [...new Set(dates)].sort(), yearly: [...new Set(yearly)].sort() };
}
