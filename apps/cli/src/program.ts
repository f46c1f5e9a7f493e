import { Command } from 'commander';
import { EXIT_CODES_HELP } from './client/exit-codes.js';
import { addCalendarCommands } from './calendars/calendar.commands.js';
import type { CliContext } from './cli-context.js';
import { addAgentCommands } from './commands/agent.commands.js';
import { addAuditCommand } from './commands/audit.command.js';
import { addCompletionCommands } from './commands/completion.commands.js';
import { addConfigCommands } from './commands/config.commands.js';
import type { Finish } from './commands/finish.js';
import { addJobCommands } from './commands/job.commands.js';
import { addJobnetCommands } from './commands/jobnet.commands.js';
import { addOperatorCommands } from './commands/operator.commands.js';
import { addRunCommands } from './commands/run.commands.js';
import { addRunningCommand } from './commands/running.command.js';
import { addScheduleCommands } from './commands/schedule.commands.js';
import { addServerCommand } from './commands/server.command.js';
import { addUpCommand } from './commands/up.command.js';
import { addExecutionCommands } from './executions/execution.commands.js';
import { dressHelp } from './help/help-pages.js';
import { oneLine } from './output/plain-text.js';
import { withConfigFile } from './settings/configured-context.js';
import { addLogCommands } from './log/log.commands.js';

/** The whole command line: nouns, then verbs, then objects, then flags. */
export function buildProgram(surroundings: CliContext, version: string, finish: Finish): Command {
  const program = new Command('kiroku')
    .description('A job scheduler whose only truth is its log: whatever crashes, nobody has to guess afterwards.')
    .option('--config <file>', 'settings in YAML, behind flags and variables (KIROKU_CONFIG; kiroku.yaml here, if there is one)')
    .version(version, '-V, --version', 'print the version')
    .addHelpText('afterAll', EXIT_CODES_HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void surroundings.stdout.write(text),
      writeErr: (text) => void surroundings.stderr.write(text),
      outputError: (text, write) => write(`kiroku: ${oneLine(text.replace(/^error: /, ''))} (--help shows what is accepted)\n`),
    });
  const context = withConfigFile(surroundings, () => program.opts<{ config?: string }>().config);
  addJobnetCommands(program, context, finish);
  addCalendarCommands(program, context, finish);
  addScheduleCommands(program, context, finish);
  addRunCommands(program, context, finish);
  addJobCommands(program, context);
  addExecutionCommands(program, context);
  addRunningCommand(program, context);
  addAuditCommand(program, context);
  addAgentCommands(program, context);
  addOperatorCommands(program, context);
  addLogCommands(program, context, finish);
  addServerCommand(program, context);
  addUpCommand(program, context);
  addConfigCommands(program, context);
  addCompletionCommands(program, context);
  dressHelp(program);
  return program;
}
