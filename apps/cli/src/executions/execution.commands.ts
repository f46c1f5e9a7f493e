import type { Command } from 'commander';
import type { ExecutionDetailsView } from '#protocol/api';
import { apiPath } from '../client/api-client.js';
import type { ConnectionOptions } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import { sessionOf, withConnection } from '../commands/client-command.js';
import { intervene, type InterventionOptions, verbCommand, type Verb } from '../interventions/intervene.js';
import { showExecution } from './show-execution.js';

const ABANDON: Verb<InterventionOptions> = {
  name: 'abandon', summary: 'give up waiting for an execution',
  help: 'For one that is still out, also when its job was decided without it; "running" shows its id. Its slot is free, and a job that waits for it is lost: '
    + '"job rerun", "job settle" or "job skip" take it on. Whether a process of it runs somewhere is not known. When its agent is back, what has not begun is '
    + 'called off, and a result is kept as a late one ("job adopt" takes it).',
  done: () => 'is abandoned',
};

/** `kiroku execution show|abandon` */
export function addExecutionCommands(program: Command, context: CliContext): void {
  const execution = program.command('execution').description('one execution of a job, by its id');

  withConnection(execution.command('show').description('what is known of an execution, and its own history').argument('<execution>'))
    .action(async (id: string, options: ConnectionOptions) => {
      const { api, out } = sessionOf(options, context);
      out.answer(await api.get<ExecutionDetailsView>(apiPath`/executions/${id}`, ['execution', 'events']), (view) => showExecution(view, out));
    });

  verbCommand(execution, ABANDON, []).argument('<execution>')
    .action((id: string, options: InterventionOptions) => intervene(ABANDON, { path: apiPath`/executions/${id}`, words: `execution ${id}` }, options, context));
}
