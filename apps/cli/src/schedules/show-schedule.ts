import type { List } from '#protocol/api';
import type { DueView, ScheduleView } from '#protocol/schedules';
import { apiPath } from '../client/api-client.js';
import type { Session } from '../commands/client-command.js';
import { queueHeading, queueTable } from '../jobnets/queue-tables.js';
import { orderWords } from '../output/order-words.js';
import { localTime } from '../output/time-words.js';
import { definitionLines, ruleWords } from './schedule-words.js';
import { dueTable } from './show-due.js';
import { type ZoneTime, zoneTimes } from './zone-time.js';

/** As many starts are shown with a schedule. */
const NEXT = 5;

/** A line each. */
export function listSchedules(schedules: readonly ScheduleView[], zoneTime: ZoneTime, { out }: Session): void {
  out.table(['SCHEDULE', 'STATE', 'JOBNET', 'WHEN', 'NEXT START', 'ASKS', 'CLOSED'], schedules.map((view) => [
    view.schedule, out.word(view.state), view.definition.jobnets.join(', '), ruleWords(view.definition),
    view.next === undefined ? '' : zoneTime(view.next.at, view.definition.timeZone), asksWords(view), orderWords(view.closed, out.nowMs),
  ]));
}

/** What it says, what comes next, and what it asks operators about. */
export async function showSchedule(schedule: string, session: Session): Promise<void> {
  const { api, out } = session;
  const document = await api.get<ScheduleView>(apiPath`/schedules/${schedule}`, ['schedule', 'definition', 'asked']);
  if (out.json) return out.answer(document, () => undefined);
  const { items } = document.view.state === 'active' ? (await api.get<List<DueView>>(apiPath`/schedules/${schedule}/next`, ['items'], { count: NEXT })).view : { items: [] };
  const zoneTime = await zoneTimes();
  out.answer(document, (view) => {
    out.line(`schedule ${view.schedule}, version ${view.version}, defined ${localTime(view.definedAt, out.nowMs)} by ${view.definedBy.id}`);
    if (view.closed !== undefined) out.line(`${view.state} ${orderWords(view.closed, out.nowMs)}: it starts nothing`);
    definitionLines(view.definition).forEach((line) => out.line(line));
    out.line('');
    if (items.length > 0) dueTable(items, false, zoneTime, session);
    else out.line(view.state === 'active' ? 'it is not due any more' : `nothing comes while it is ${view.state}: kiroku schedule resume ${view.schedule}`);
    showAsked(view, zoneTime, session);
    showQueued(view, session);
  });
}

function showAsked({ schedule, asked, definition }: ScheduleView, zoneTime: ZoneTime, { out }: Session): void {
  if (asked.length === 0) return;
  out.line('');
  out.line(`missed, and waiting for your word (kiroku schedule start|skip ${schedule} OCCURRENCE..., or --all):`);
  out.table(['OCCURRENCE', 'WAS DUE', 'BUSINESS DAY'], asked.map(({ key, at, businessDay }) => [key, zoneTime(at, definition.timeZone), businessDay]));
}

function showQueued({ schedule, queued }: ScheduleView, { out }: Session): void {
  if (queued === undefined) return;
  out.line('');
  out.line(`${queueHeading(queued)}, until others of their jobnet are over (kiroku jobnet drop JOBNET --schedule ${schedule} calls them off):`);
  queueTable(queued.items, out);
}

function asksWords({ asked }: ScheduleView): string {
  return asked.length === 0 ? '' : `${asked.length} missed`;
}
