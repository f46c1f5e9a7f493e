import type { Command } from 'commander';
import type { CommandAnswer, RunView } from '#protocol/api';
import { apiPath } from '../client/api-client.js';
import { WrongUsage } from '../client/cli-failure.js';
import type { ConnectionOptions } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import { addRunVerbs } from '../interventions/run-verbs.js';
import { sessionOf, showList, withConnection, withIdempotencyKey, withPaging, type ListOptions, type Session } from './client-command.js';
import type { Finish } from './finish.js';
import { showRun, showRuns } from '../runs/run-tables.js';
import { watchRun } from '../runs/watch-run.js';

type Parameters = Record<string, string>;

interface StartOptions extends ConnectionOptions {
  param?: Parameters;
  reason?: string;
  ticket?: string;
  wait?: boolean;
  idempotencyKey?: string;
}

/** `kiroku run start|list|show|watch|stop|hold|release` */
export function addRunCommands(program: Command, context: CliContext, finish: Finish): void {
  const run = program.command('run').description('runs of jobnets');

  withConnection(withIdempotencyKey(run.command('start').description('start a run of a jobnet').argument('<jobnet>')
    .option('-p, --param <name=value>', 'a parameter; may be repeated', collectParameter)
    .option('--reason <text>', 'why; it goes on record')
    .option('--ticket <id>', 'a ticket that this belongs to')
    .option('--wait', 'watch the run until it ends')))
    .action(async (jobnet: string, options: StartOptions) => {
      const session = sessionOf(options, context);
      const runId = await startRun(jobnet, options, session);
      if (options.wait === true) finish(await watchRun(runId, session, true));
    });

  withConnection(withPaging(run.command('list').description('runs, oldest first')
    .option('--jobnet <id>', 'of these jobnets (several separated by commas)')
    .option('--schedule <id>', 'started by these schedules (several separated by commas)')
    .option('--status <status>', 'running, failing, held, succeeded, failed, stopped (several separated by commas)')))
    .action(async (options: ListOptions & { jobnet?: string; schedule?: string; status?: string }) => {
      const session = sessionOf(options, context);
      const { jobnet, schedule, status } = options;
      await showList<RunView>(session, '/api/v1/runs', { jobnet, schedule, status }, options, (runs) => showRuns(runs, session.out), 'no such runs');
    });

  withConnection(run.command('show').description('one run with its jobs').argument('<run>'))
    .action(async (id: string, options: ConnectionOptions) => {
      const { api, out } = sessionOf(options, context);
      out.answer(await api.get<RunView>(apiPath`/runs/${id}`, ['runId', 'jobs']), (view) => showRun(view, out));
    });

  withConnection(run.command('watch').description('print what happens in a run, from its start until it ends').argument('<run>'))
    .action(async (id: string, options: ConnectionOptions) => finish(await watchRun(id, sessionOf(options, context), false)));

  addRunVerbs(run, context);
}

async function startRun(jobnet: string, options: StartOptions, { api, out }: Session): Promise<string> {
  const { param: parameters, reason, ticket, idempotencyKey } = options;
  if (reason?.trim() === '') throw new WrongUsage('--reason must not be empty');
  const answer = await api.send<CommandAnswer & { runId: string }>({
    method: 'POST', path: apiPath`/jobnets/${jobnet}/runs`, body: JSON.stringify({ parameters, reason, ticket }), contentType: 'application/json', idempotencyKey,
  }, ['runId']);
  out.answer(answer, ({ runId }) => out.line(options.wait === true ? `run ${runId} started; Ctrl-C ends the watching, not the run` : `run ${runId} started`));
  return answer.view.runId;
}

function collectParameter(text: string, before: Parameters | undefined): Parameters {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text);
  if (match === null) throw new WrongUsage(`a parameter is written NAME=VALUE, with a name of letters, digits and _, not "${text}"`);
  return { ...before, [match[1]!]: match[2]! };
}
