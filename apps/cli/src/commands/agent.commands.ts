import type { Command } from 'commander';
import type { AgentDetailsView, AgentView } from '#protocol/api';
import { addAgentVerbs } from '../agents/agent-verbs.js';
import { showAgent, showAgents } from '../agents/agent-tables.js';
import { agentOptions, TASK_HOSTS_HELP, TASKS_HELP, type AgentFlags } from '../arguments/agent-options.js';
import { DEFAULT_SLOTS } from '../arguments/slot-count.js';
import { WrongUsage } from '../client/cli-failure.js';
import { apiPath } from '../client/api-client.js';
import { type ConnectionOptions, DEFAULT_URL } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import { surviveClosedOutput } from '../output/closed-output.js';
import { sessionOf, showList, withConnection, withPaging, type ListOptions } from './client-command.js';

/** `kiroku agent list|show|start|drain|resume|declare-lost`; start: this very process becomes the agent. */
export function addAgentCommands(program: Command, context: CliContext): void {
  const agent = program.command('agent').description('agents, which run the jobs');

  withConnection(withPaging(agent.command('list').description('all agents, and whether they are connected')))
    .action(async (options: ListOptions) => {
      const session = sessionOf(options, context);
      await showList<AgentView>(session, '/api/v1/agents', {}, options, (agents) => showAgents(agents, session.out), 'no agent has connected yet: kiroku agent start starts one');
    });

  withConnection(agent.command('show').description('one agent: its contact and session, what is out there, and what fits no run').argument('<name>'))
    .action(async (name: string, options: ConnectionOptions) => {
      const { api, out } = sessionOf(options, context);
      out.answer(await api.get<AgentDetailsView>(apiPath`/agents/${name}`, ['name', 'open', 'unmatched']), (view) => showAgent(view, out));
    });

  addAgentVerbs(agent, context);

  agent.command('start').description('run an agent in this process')
    .option('--name <name>', 'what jobs call it in `agent:` (KIROKU_NAME)')
    .option('--server <url>', `a server; repeated, the agent moves on from one to the next (KIROKU_SERVER, separated by commas; ${DEFAULT_URL})`, (url: string, before: string[] | undefined) => [...(before ?? []), url])
    .option('--data <dir>', 'its journal and the output of its jobs (KIROKU_DATA; .kiroku/agent-NAME)')
    .option('--token <token>', 'enrols the name at the first connect (KIROKU_TOKEN; agent.token beside or in --data)')
    .option('--slots <n>', `how many jobs it runs at once (KIROKU_SLOTS; ${DEFAULT_SLOTS})`)
    .option('--tasks <module>', TASKS_HELP)
    .option('--task-hosts <n>', TASK_HOSTS_HELP)
    .action(async (flags: AgentFlags) => {
      const options = agentOptions(flags, context);
      surviveClosedOutput(context);
      const agentModule = await context.loadAgent();
      try {
        await agentModule.startAgent(options);
      } catch (error) {
        throw error instanceof Error && error.name === 'TasksUnusableError' ? new WrongUsage(`--tasks: ${error.message}`) : error;
      }
    });
}
