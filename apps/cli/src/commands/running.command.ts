import type { Command } from 'commander';
import type { RunningView } from '#protocol/api';
import type { CliContext } from '../cli-context.js';
import { showRunning } from '../runs/run-tables.js';
import { sessionOf, showList, withConnection, withPaging, type ListOptions } from './client-command.js';

/** `kiroku running` */
export function addRunningCommand(program: Command, context: CliContext): void {
  withConnection(withPaging(program.command('running').description('every open execution, the least certain first')))
    .action(async (options: ListOptions) => {
      const session = sessionOf(options, context);
      await showList<RunningView>(session, '/api/v1/running', {}, options, (rows) => showRunning(rows, session.out), 'nothing is running');
    });
}
