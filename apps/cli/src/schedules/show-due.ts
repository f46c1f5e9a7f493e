import type { DueView, ScheduleView } from '#protocol/schedules';
import { apiPath } from '../client/api-client.js';
import { WrongUsage } from '../client/cli-failure.js';
import type { Session } from '../commands/client-command.js';
import { type ZoneTime, zonedInstant, zoneTimes } from './zone-time.js';

/** What is asked about what comes. */
export interface NextOptions {
  from?: string;
  days?: number;
  count?: number;
  cursor?: string;
  all?: boolean;
}

const CLOCKS: Readonly<Record<string, string>> = { gap: 'is passed over by the clocks', first: 'comes twice; this is the first', second: 'comes twice; this is the second' };

/** When one schedule is due, or what all active ones start. */
export async function showNext(schedule: string | undefined, { from, days, count, cursor, all }: NextOptions, session: Session): Promise<void> {
  if (all === true && days === undefined && cursor === undefined) throw new WrongUsage('--all goes with --days: without them there is no end to what comes');
  const { api, out } = session;
  const zone = async () => (schedule === undefined ? Intl.DateTimeFormat().resolvedOptions().timeZone : (await api.get<ScheduleView>(apiPath`/schedules/${schedule}`, ['definition'])).view.definition.timeZone);
  const query = { from: await zonedInstant('--from', from, out.nowMs, zone), days, count, cursor };
  const document = await api.list<DueView>(schedule === undefined ? '/api/v1/forecast' : apiPath`/schedules/${schedule}/next`, query, all, 'count');
  const zoneTime = await zoneTimes();
  out.answer(document, ({ items }) => (items.length === 0 ? out.line(nothingWords(schedule, days)) : dueTable(items, schedule === undefined, zoneTime, session)));
  // Whoever names an end expects all before it; with --json too, whose `next` a pipe may not look at.
  if (document.view.next !== undefined && (days !== undefined || cursor !== undefined)) out.note(`there is more in those days: add --all, or --cursor ${document.view.next}`);
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
