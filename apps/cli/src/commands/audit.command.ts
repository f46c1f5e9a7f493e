import type { Command } from 'commander';
import type { EventView } from '#protocol/api';
import type { Query } from '../client/api-client.js';
import { WrongUsage } from '../client/cli-failure.js';
import type { ConnectionOptions } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import type { Output } from '../output/output.js';
import { localTime } from '../output/time-words.js';
import { sessionOf, showList, withConnection, withPaging, type ListOptions } from './client-command.js';
import { exportEvents } from '../audit/export-events.js';
import { instantOf } from '../arguments/instant-argument.js';

interface AuditOptions extends ListOptions {
  actor?: string;
  type?: string;
  stream?: string;
  jobnet?: string;
  job?: string;
  since?: string;
  until?: string;
  ndjson?: boolean;
}

/** `kiroku audit` */
export function addAuditCommand(program: Command, context: CliContext): void {
  withConnection(withPaging(program.command('audit').description('who did what, when and why: the log, oldest first (filters take several values separated by commas)')
    .option('--actor <id>', 'what these did')
    .option('--type <type>', 'events of these types, such as JobSkipped')
    .option('--stream <name>', 'events of these streams, such as run-ID')
    .option('--jobnet <id>', 'what concerns these jobnets')
    .option('--job <id>', 'what concerns these jobs')
    .option('--since <time>', 'from then on: 2026-11-22T20:00:00Z, "2026-11-22 20:00" or 20:00 (local), or 90min, 2h, 3d ago')
    .option('--until <time>', 'up to then')
    .option('--ndjson', 'one event a line, as the API exports it')))
    .action((options: AuditOptions) => audit(options, context));
}

async function audit(options: AuditOptions, context: CliContext): Promise<void> {
  const session = sessionOf(options satisfies ConnectionOptions, context);
  const query = queryOf(options, context.now());
  if (options.ndjson === true) {
    if (options.cursor !== undefined) throw new WrongUsage('--cursor belongs to pages; an export with --ndjson has none');
    return exportEvents(session, { ...query, limit: options.limit }, options.all === true, context);
  }
  await showList<EventView>(session, '/api/v1/events', query, options, (events) => showEvents(events, session.out), 'no such events');
}

function queryOf({ actor, type, stream, jobnet, job, since, until }: AuditOptions, nowMs: number): Query {
  return { actor, type, stream, jobnet, job, since: instantOf('--since', since, nowMs), until: instantOf('--until', until, nowMs) };
}

function showEvents(events: readonly EventView[], out: Output): void {
  out.table(['POSITION', 'TIME', 'STREAM', 'EVENT', 'ABOUT', 'WHO', 'WHY'], events.map((event) => [
    event.position, localTime(event.at, out.nowMs), event.stream, event.type, about(event), who(event),
    [event.reason ?? '', event.ticket === undefined ? '' : `[${event.ticket}]`].filter(Boolean).join(' '),
  ]));
}

/** A server's name is a UUID: its beginning tells them apart. */
function who({ actor }: EventView): string {
  return actor.kind === 'server' ? `server ${actor.id.slice(0, 8)}` : actor.id;
}

/** The few facts that tell one event from the next; `--json` has all of them. */
function about({ data, stream }: EventView): string {
  if (typeof data !== 'object' || data === null) return '';
  const { jobId, executionId, outcome, exitCode, signal, status, version, agent, reason } = data as Record<string, unknown>;
  // `R1~A1~2` on the stream of run R1 is `A1~2`: the run stands beside it.
  const subject = executionId === undefined ? word('', jobId) : word('', executionId).replace(`${stream.replace(/^run-/, '')}~`, '');
  const facts = [subject, word('', outcome), word('exit ', exitCode), word('', signal), word('', status), word('version ', version), word('agent ', agent), word('', reason)];
  return facts.filter((fact) => fact !== '').join(', ');
}

function word(name: string, value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `${name}${value}` : '';
}
