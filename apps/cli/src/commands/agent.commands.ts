import type { Command } from 'commander';
import type { AgentView } from '#protocol/api';
import { addAgentVerbs } from '../agents/agent-verbs.js';
import { agentOptions, TASK_HOSTS_HELP, TASKS_HELP, type AgentFlags } from '../arguments/agent-options.js';
import { DEFAULT_SLOTS } from '../arguments/slot-count.js';
import { WrongUsage } from '../client/cli-failure.js';
import { DEFAULT_URL } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import { surviveClosedOutput } from '../output/closed-output.js';
import type { Output } from '../output/output.js';
import { orderWords } from '../output/order-words.js';
import { ageWords, localTime } from '../output/time-words.js';
import { sessionOf, showList, withConnection, withPaging, type ListOptions } from './client-command.js';

/** `kiroku agent list|start|drain|resume`; start: this very process becomes the agent. */
export function addAgentCommands(program: Command, context: CliContext): void {
  const agent = program.command('agent').description('agents, which run the jobs');

  withConnection(withPaging(agent.command('list').description('all agents, and whether they are connected')))
    .action(async (options: ListOptions) => {
      const session = sessionOf(options, context);
      await showList<AgentView>(session, '/api/v1/agents', {}, options, (agents) => showAgents(agents, session.out), 'no agent has connected yet: kiroku agent start starts one');
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

function showAgents(agents: readonly AgentView[], out: Output): void {
  const now = out.nowMs;
  out.table(['AGENT', 'STATE', 'SINCE', 'SLOTS', 'OPEN', 'DRAINED', 'HOST', 'VERSION', 'UNMATCHED'], agents.map((agent) => [
    agent.name, out.word(agent.state), `${localTime(agent.since, now)} (${ageWords(now - Date.parse(agent.since))})`, String(agent.slots),
    String(agent.openExecutions), orderWords(agent.drained, now), agent.host ?? '', agent.version ?? '', agent.unmatchedReports === 0 ? '' : `${agent.unmatchedReports} reports`,
  ]));
}
