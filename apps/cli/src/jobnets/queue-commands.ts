import { type Command, Option } from 'commander';
import type { DropQueuedAnswer, QueueView } from '#protocol/schedules';
import { requiredReason } from '../arguments/ask-reason.js';
import { wholeNumber } from '../arguments/whole-number.js';
import { apiPath } from '../client/api-client.js';
import { WrongUsage } from '../client/cli-failure.js';
import type { ConnectionOptions } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import { sessionOf, withConnection } from '../commands/client-command.js';
import { type InterventionOptions, verbCommand } from '../interventions/intervene.js';
import { queueHeading, queueTable } from './queue-tables.js';

interface QueueOptions extends ConnectionOptions {
  schedule?: string;
  limit?: number;
}

interface DropOptions extends InterventionOptions {
  run?: string;
  schedule?: string;
  all?: boolean;
  expectState?: string;
  expectVersion?: number;
}

const DROP = {
  name: 'drop', summary: 'call off runs of a jobnet that wait for their turn',
  help: 'Only what "jobnet queue" lists, at most 400 at once. What is open goes on ("run stop" ends it), and so does the schedule ("schedule pause" keeps it from wanting more). '
    + '"schedule backfill" wants what was dropped again.',
};

/** `kiroku jobnet queue|drop` */
export function addQueueCommands(jobnet: Command, context: CliContext): void {
  withConnection(jobnet.command('queue').description('which runs of a jobnet wait until others of it are over, since when, and behind which').argument('<jobnet>')
    .option('--schedule <name>', 'only those of this schedule')
    .option('--limit <n>', 'the first so many, 1 to 1000; without it 100', wholeNumber('--limit')))
    .action((id: string, options: QueueOptions) => showQueue(id, options, context));
  const flags = [new Option('--run <run>', 'this one'), new Option('--schedule <name>', 'those of this schedule'), new Option('--all', 'all that wait')];
  const expectations = [
    new Option('--expect-state <state>', 'refuse unless the jobnet is in this state'),
    new Option('--expect-version <n>', 'refuse unless this is its newest version').argParser(wholeNumber('--expect-version')),
  ];
  verbCommand(jobnet, { ...DROP, flags }, expectations).argument('<jobnet>').action((id: string, options: DropOptions) => drop(id, options, context));
}

async function showQueue(id: string, options: QueueOptions, context: CliContext): Promise<void> {
  const { api, out } = sessionOf(options, context);
  out.answer(await api.get<QueueView>(apiPath`/jobnets/${id}/queue`, ['count', 'items'], { schedule: options.schedule, limit: options.limit }), (queue) => {
    if (queue.count === 0) return out.line(`no run of jobnet ${id} waits for its turn`);
    out.line(`${queueHeading(queue)}:`);
    queueTable(queue.items, out);
  });
}

async function drop(id: string, options: DropOptions, context: CliContext): Promise<void> {
  const { api, out } = sessionOf(options, context);
  const which = whichOf(options);
  const reason = await requiredReason(options.reason, context);
  const { expectState: state, expectVersion: version, ticket, idempotencyKey } = options;
  const answer = await api.send<DropQueuedAnswer>({
    method: 'POST', path: apiPath`/jobnets/${id}/queue/drop`, contentType: 'application/json', idempotencyKey,
    body: JSON.stringify({ which, reason, ticket, ...(state === undefined && version === undefined ? {} : { expect: { state, version } }) }),
  }, ['dropped', 'left']);
  out.answer(answer, ({ position, dropped, left }) => out.line(`jobnet ${id}: ${droppedWords(dropped)} (position ${position})${left === 0 ? '' : `; ${left} more wait: say it again`}`));
}

function whichOf({ run, schedule, all }: DropOptions): object {
  const said = [run === undefined ? undefined : { run }, schedule === undefined ? undefined : { schedule }, all === true ? { all } : undefined].filter((each) => each !== undefined);
  const [which] = said;
  if (which === undefined || said.length > 1) throw new WrongUsage('which runs: one of --run RUN, --schedule NAME and --all');
  return which;
}

function droppedWords(dropped: number): string {
  if (dropped === 0) return 'nothing was recorded, none of them waits';
  return dropped === 1 ? '1 run that waited is dropped' : `${dropped} runs that waited are dropped`;
}
