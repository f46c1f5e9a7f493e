import type { List } from '#protocol/api';
import type { CalendarDay, CalendarView } from '#protocol/calendars';
import { apiPath } from '../client/api-client.js';
import { WrongUsage } from '../client/cli-failure.js';
import type { Session } from '../commands/client-command.js';
import { orderWords } from '../output/order-words.js';
import { visible } from '../output/plain-text.js';
import { localTime } from '../output/time-words.js';
import { calendarPage } from './month-page.js';

/** What is to be shown: a calendar or all of them, by its definition or by the days of a year or month. */
interface Wanted {
  readonly calendar?: string | undefined;
  readonly year?: string | undefined;
  readonly month?: number | undefined;
}

/** `show NAME`, `show NAME YEAR`, or `show YEAR`, which shows every calendar in use. */
export function wantedOf(words: readonly string[], month: number | undefined): Wanted {
  const [first = '', second] = words;
  const isYear = (word: string) => /^[0-9]{4}$/.test(word) && word !== '0000';
  if (second !== undefined && !isYear(second)) throw new WrongUsage(`a year is four digits, not "${second}"`);
  if (second === undefined && !isYear(first) && month !== undefined) throw new WrongUsage('--month needs a year: kiroku calendar show NAME YEAR --month 1');
  if (second !== undefined) return { calendar: first, year: second, month };
  return isYear(first) ? { year: first, month } : { calendar: first };
}

export async function showCalendars({ calendar, year, month }: Wanted, session: Session): Promise<void> {
  if (calendar === undefined) return showAll(year ?? '', month, session);
  if (year === undefined) return showDefinition(calendar, session);
  const { out } = session;
  out.answer(await daysOf(calendar, year, month, session), ({ items }) => showPage(calendar, items, session));
}

async function showAll(year: string, month: number | undefined, session: Session): Promise<void> {
  const { api, out } = session;
  const calendars = (await api.list<CalendarView>('/api/v1/calendars', {}, true)).view.items.map((each) => each.calendar);
  const pages: { calendar: string; items: CalendarDay[] }[] = [];
  for (const calendar of calendars) pages.push({ calendar, items: (await daysOf(calendar, year, month, session)).view.items });
  const list = { items: pages.map(({ calendar, items }) => ({ calendar, days: items })) };
  out.answer({ status: 200, raw: JSON.stringify(list), view: pages }, () => {
    if (pages.length === 0) out.line('there are no calendars in use: kiroku calendar apply FILE defines one');
    pages.forEach(({ calendar, items }, index) => {
      if (index > 0) out.line('');
      showPage(calendar, items, session);
    });
  });
}

/** By the newest version. */
function daysOf(calendar: string, year: string, month: number | undefined, { api }: Session) {
  const two = (number: number) => String(number).padStart(2, '0');
  const last = new Date(`${year}-${two(month ?? 12)}-01T00:00:00Z`);
  last.setUTCMonth(last.getUTCMonth() + 1, 0);
  const query = { from: `${year}-${two(month ?? 1)}-01`, to: `${year}-${two(month ?? 12)}-${two(last.getUTCDate())}` };
  return api.get<List<CalendarDay>>(apiPath`/calendars/${calendar}/days`, ['items'], query);
}

function showPage(calendar: string, days: readonly CalendarDay[], { out }: Session): void {
  out.line(`calendar ${visible(calendar)}`);
  out.line('');
  calendarPage(days, out.colours('closed')).forEach((line) => out.line(line));
}

async function showDefinition(calendar: string, { api, out }: Session): Promise<void> {
  const { stringify } = await import('yaml');
  out.answer(await api.get<CalendarView>(apiPath`/calendars/${calendar}`, ['calendar', 'definition']), (view) => {
    out.line(`calendar ${view.calendar}, version ${view.version}, defined ${localTime(view.definedAt, out.nowMs)} by ${view.definedBy.id}`);
    if (view.closed !== undefined) out.line(`${view.state} ${orderWords(view.closed, out.nowMs)}: nothing can name it`);
    if (view.definition.description !== undefined) out.line(visible(view.definition.description));
    out.line('');
    stringify({ days: view.definition.days }).trimEnd().split('\n').forEach((line) => out.line(visible(line)));
  });
}

/** A line each. */
export function listCalendars(calendars: readonly CalendarView[], { out }: Session): void {
  out.table(['CALENDAR', 'STATE', 'VERSION', 'DEFINED', 'BY', 'DESCRIPTION', 'CLOSED'], calendars.map((view) => [
    view.calendar, out.word(view.state), String(view.version), localTime(view.definedAt, out.nowMs), view.definedBy.id, view.definition.description ?? '', orderWords(view.closed, out.nowMs),
  ]));
}
