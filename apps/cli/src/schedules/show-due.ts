import type { List } from '#protocol/api';
import type { DueView, ScheduleView } from '#protocol/schedules';
import { apiPath } from '../client/api-client.js';
import type { Session } from '../commands/client-command.js';
import { type ZoneTime, zonedInstant, zoneTimes } from './zone-time.js';

/** What is asked about what comes. */
export interface NextOptions {
  from?: string;
  days?: number;
  count?: number;
}

/** The server answers no more at once. */
const MOST = 1000;

const CLOCKS: Readonly<Record<string, string>> = { gap: 'is passed over by the clocks', first: 'comes twice; this is the first', second: 'comes twice; this is the second' };

/** When one schedule is due, or what all active ones start. */
export async function showNext(schedule: string | undefined, { from, days, count }: NextOptions, session: Session): Promise<void> {
  const { api, out } = session;
  const zone = async () => (schedule === undefined ? Intl.DateTimeFormat().resolvedOptions().timeZone : (await api.get<ScheduleView>(apiPath`/schedules/${schedule}`, ['definition'])).view.definition.timeZone);
  const query = { from: await zonedInstant('--from', from, out.nowMs, zone), days, count };
  const document = await api.get<List<DueView>>(schedule === undefined ? '/api/v1/forecast' : apiPath`/schedules/${schedule}/next`, ['items'], query);
  const zoneTime = await zoneTimes();
  // Whoever names an end expects all before it.
  if (!out.json && days !== undefined && document.view.items.length >= (count ?? MOST)) out.note(`there is more in those days: go on with --from ${document.view.items.at(-1)?.at ?? ''}`);
  out.answer(document, ({ items }) => (items.length === 0 ? out.line(nothingWords(schedule, days)) : dueTable(items, schedule === undefined, zoneTime, session)));
}

/** The first columns tell what to name to `schedule start`, the last what the clocks do. */
export function dueTable(items: readonly DueView[], withSchedule: boolean, zoneTime: ZoneTime, { out }: Session): void {
  const headings = ['STARTS', ...(withSchedule ? ['SCHEDULE'] : []), 'JOBNET', 'BUSINESS DAY', 'OCCURRENCE', 'CLOCKS'];
  out.table(headings, items.map(({ at, timeZone, schedule, jobnets, businessDay, key, local, clocks }) => [
    zoneTime(at, timeZone), ...(withSchedule ? [schedule] : []), jobnets.join(', '), businessDay, key,
    clocks === undefined ? '' : `${local.slice(11)} ${CLOCKS[clocks] ?? clocks}`,
  ]));
}

function nothingWords(schedule: string | undefined, days: number | undefined): string {
  const stretch = days === undefined ? 'the next five years' : days === 1 ? 'that day' : `those ${days} days`;
  return schedule === undefined ? `no active schedule starts anything in ${stretch}` : `schedule ${schedule} is not due in ${stretch}`;
}
