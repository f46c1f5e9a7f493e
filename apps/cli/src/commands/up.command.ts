import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { DEFAULT_URL, setting } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import { surviveClosedOutput } from '../output/closed-output.js';
import type { UpOptions } from '../up/up.js';
import { agentName, agentTasks, TASK_HOSTS_HELP, TASKS_HELP } from '../arguments/agent-options.js';
import { DEFAULT_LISTEN, listenAddress } from '../arguments/listen-address.js';
import { DEFAULT_SLOTS, slotCount } from '../arguments/slot-count.js';

interface Flags {
  listen?: string;
  data?: string;
  slots?: string;
  tasks?: string;
  taskHosts?: string;
  name?: string;
  verbose?: boolean;
}

/** `kiroku up`, which is what `npm start` runs. */
export function addUpCommand(program: Command, context: CliContext): void {
  program.command('up').description('run a server and an agent as two processes, and keep both alive until Ctrl-C')
    .option('--listen <host:port>', `where the server serves (KIROKU_LISTEN; ${DEFAULT_LISTEN})`)
    .option('--data <dir>', 'data, tokens and logs (KIROKU_DATA; .kiroku in the checkout)')
    .option('--slots <n>', `how many jobs the agent runs at once (KIROKU_SLOTS; ${DEFAULT_SLOTS})`)
    .option('--name <name>', 'what jobs call the agent (KIROKU_NAME; local)')
    .option('--tasks <module>', TASKS_HELP)
    .option('--task-hosts <n>', TASK_HOSTS_HELP)
    .option('--verbose', 'pass the logs of both on to stderr instead of writing them to DATA/logs')
    .action((flags: Flags) => up(flags, context));
}

async function up(flags: Flags, context: CliContext): Promise<void> {
  const say = (text: string) => void context.stdout.write(`kiroku: ${text}\n`);
  const options = upOptions(flags, context, say);
  // Whoever watched may go; server and agent must not lose their keeper for that.
  surviveClosedOutput(context);
  say(`data and tokens lie in ${options.data} (operator.token, agent.token)`);
  say(options.verbose ? 'logs go to stderr' : `logs go to ${join(options.data, 'logs')} (server.log, agent.log)`);
  const { Up } = await import('../up/up.js');
  const both = new Up(options);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => both.stop());
  await both.run();
  say('stopped');
}

function upOptions(flags: Flags, { env, cwd, checkout }: CliContext, say: (text: string) => void): UpOptions {
  const named = setting(flags.data, env, 'KIROKU_DATA');
  const data = named === undefined ? join(checkout, '.kiroku') : resolve(cwd, named);
  return {
    data, env, cwd, say,
    listen: listenAddress(setting(flags.listen, env, 'KIROKU_LISTEN') ?? DEFAULT_LISTEN),
    slots: slotCount(setting(flags.slots, env, 'KIROKU_SLOTS')),
    name: agentName(setting(flags.name, env, 'KIROKU_NAME') ?? 'local'),
    tasks: agentTasks(flags, { env, cwd }),
    verbose: flags.verbose === true,
    entry: fileURLToPath(new URL('../main.js', import.meta.url)),
    ready: (url) => hints(url, named === undefined ? undefined : data).forEach(say),
  };
}

/** What a newcomer types next, in a second shell. */
function hints(url: string, data: string | undefined): string[] {
  const settings = [url === DEFAULT_URL ? '' : `KIROKU_URL=${url}`, data === undefined ? '' : `KIROKU_DATA=${data}`].filter(Boolean);
  return [
    'ready; Ctrl-C stops both. In a second shell:',
    ...(settings.length === 0 ? [] : [`  export ${settings.join(' ')}`]),
    '  bin/kiroku jobnet apply examples/a.yaml',
    '  bin/kiroku run start A --wait',
    '  bin/kiroku running',
    '  bin/kiroku audit',
  ];
}
