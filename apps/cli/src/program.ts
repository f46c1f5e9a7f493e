import { Command } from 'commander';
import { EXIT_CODES_HELP } from './client/exit-codes.js';
import type { CliContext } from './cli-context.js';
import { addAgentCommands } from './commands/agent.commands.js';
import { addAuditCommand } from './commands/audit.command.js';
import type { Finish } from './commands/finish.js';
import { addJobCommands } from './commands/job.commands.js';
import { addJobnetCommands } from './commands/jobnet.commands.js';
import { addOperatorCommands } from './commands/operator.commands.js';
import { addRunCommands } from './commands/run.commands.js';
import { addRunningCommand } from './commands/running.command.js';
import { addServerCommand } from './commands/server.command.js';
import { addUpCommand } from './commands/up.command.js';
import { oneLine } from './output/plain-text.js';

/** The whole command line: nouns, then verbs, then objects, then flags. */
export function buildProgram(context: CliContext, version: string, finish: Finish): Command {
  const program = new Command('kiroku')
    .description('A job scheduler whose only truth is its log: whatever crashes, nobody has to guess afterwards.')
    .version(version, '-V, --version', 'print the version')
    .addHelpText('afterAll', EXIT_CODES_HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
      outputError: (text, write) => write(`kiroku: ${oneLine(text.replace(/^error: /, ''))} (--help shows what is accepted)\n`),
    });
  addJobnetCommands(program, context, finish);
  addRunCommands(program, context, finish);
  addJobCommands(program, context);
  addRunningCommand(program, context);
  addAuditCommand(program, context);
  addAgentCommands(program, context);
  addOperatorCommands(program, context);
  addServerCommand(program, context);
  addUpCommand(program, context);
  return program;
}
