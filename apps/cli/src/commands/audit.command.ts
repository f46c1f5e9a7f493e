import type { Command } from 'commander';
import type { EventView } from '#protocol/api';
import type { Query } from '../client/api-client.js';
import { WrongUsage } from '../client/cli-failure.js';
import type { ConnectionOptions } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import type { Output } from '../output/output.js';
import { localTime } from '../output/time-words.js';
import { sessionOf, showList, withConnection, withPaging, type ListOptions, type Session } from './client-command.js';
import { about, who, why } from '../audit/event-words.js';
import { exportEvents } from '../audit/export-events.js';
import { followAudit } from '../audit/follow-audit.js';
import { instantOf } from '../arguments/instant-argument.js';

interface AuditOptions extends ListOptions {
  actor?: string;
  type?: string;
  stream?: string;
  run?: string;
  jobnet?: string;
  job?: string;
  since?: string;
  until?: string;
  ndjson?: boolean;
  follow?: boolean;
}

/** `kiroku audit` */
export function addAuditCommand(program: Command, context: CliContext): void {
  withConnection(withPaging(program.command('audit').description('who did what, when and why: the log, oldest first (filters take several values separated by commas)')
    .option('--actor <id>', 'what these did')
    .option('--type <type>', 'events of these types, such as JobSkipped')
    .option('--stream <name>', 'events of these streams, such as run-ID')
    .option('--run <id>', 'events of these runs')
    .option('--jobnet <id>', 'what concerns these jobnets')
    .option('--job <id>', 'what concerns these jobs')
    .option('--since <time>', 'from then on: 2026-11-22T20:00:00Z, "2026-11-22 20:00" or 20:00 (local), or 90min, 2h, 3d ago')
    .option('--until <time>', 'up to then')
    .option('--ndjson', 'one event a line, as the API exports it')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C; begins now, at --since, or after the position in --cursor')))
    .action((options: AuditOptions) => audit(options, context));
}

async function audit(options: AuditOptions, context: CliContext): Promise<void> {
  const session = sessionOf(options satisfies ConnectionOptions, context);
  const query = queryOf(options, context.now());
  if (options.follow === true) return follow(options, query, session);
  if (options.ndjson === true) {
    if (options.cursor !== undefined) throw new WrongUsage('--cursor belongs to pages; an export with --ndjson has none');
    return exportEvents(session, { ...query, limit: options.limit }, options.all === true, context);
  }
  await showList<EventView>(session, '/api/v1/events', query, options, (events) => showEvents(events, session.out), 'no such events');
}

function follow({ cursor, until, limit, all, ndjson, json }: AuditOptions, query: Query, session: Session): Promise<void> {
  if (until !== undefined || limit !== undefined || all === true) throw new WrongUsage('--follow has no end: --until, --limit and --all do not go with it');
  return followAudit(session, query, cursor, ndjson === true || json === true);
}

function queryOf({ actor, type, stream, run, jobnet, job, since, until }: AuditOptions, nowMs: number): Query {
  return { actor, type, stream, run, jobnet, job, since: instantOf('--since', since, nowMs), until: instantOf('--until', until, nowMs) };
}

function showEvents(events: readonly EventView[], out: Output): void {
  out.table(['POSITION', 'TIME', 'STREAM', 'EVENT', 'ABOUT', 'WHO', 'WHY'], events.map((event) => [
    event.position, localTime(event.at, out.nowMs), event.stream, event.type, about(event), who(event), why(event),
  ]));
}
