import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { WrongUsage } from '../client/cli-failure.js';
import { DEFAULT_URL, readToken, serverUrl, setting } from '../client/settings.js';
import type { AgentOptions, CliContext } from '../cli-context.js';
import { slotCount } from './slot-count.js';

/** The flags of `kiroku agent start`. */
export interface AgentFlags {
  name?: string;
  server?: string[];
  data?: string;
  token?: string;
  slots?: string;
  tasks?: string;
  taskHosts?: string;
}

/** @throws WrongUsage for what no agent could be started with. */
export function agentOptions(flags: AgentFlags, { env, cwd }: CliContext): AgentOptions {
  const name = agentName(setting(flags.name, env, 'KIROKU_NAME'));
  const servers = flags.server ?? setting(undefined, env, 'KIROKU_SERVER')?.split(',') ?? [DEFAULT_URL];
  const data = resolve(cwd, setting(flags.data, env, 'KIROKU_DATA') ?? join('.kiroku', `agent-${name}`));
  const token = setting(flags.token, env, 'KIROKU_TOKEN') ?? tokenFile(data);
  const tasks = agentTasks(flags, { env, cwd });
  return {
    name, data, servers: servers.map((url) => serverUrl(url.trim())), slots: slotCount(setting(flags.slots, env, 'KIROKU_SLOTS')),
    ...(token === undefined ? {} : { token }),
    ...(tasks === undefined ? {} : { tasks }),
  };
}

export const TASKS_HELP = 'an ECMAScript or CommonJS module with the functions that jobs call by `task:` (KIROKU_TASKS; none)';
export const TASK_HOSTS_HELP = 'how many processes call them (KIROKU_TASK_HOSTS; 2, or 1 on one core)';

const MOST_TASK_HOSTS = 64;

/** The module with the tasks, as an absolute path: who starts the agent may be somewhere else than `up` was. */
export function agentTasks(flags: Pick<AgentFlags, 'tasks' | 'taskHosts'>, { env, cwd }: Pick<CliContext, 'env' | 'cwd'>): AgentOptions['tasks'] {
  const module = setting(flags.tasks, env, 'KIROKU_TASKS');
  const hosts = setting(flags.taskHosts, env, 'KIROKU_TASK_HOSTS');
  if (module === undefined) {
    if (hosts !== undefined) throw new WrongUsage('--task-hosts says how many processes call the tasks of --tasks MODULE, which is not given');
    return undefined;
  }
  if (hosts !== undefined && !(/^\d{1,3}$/.test(hosts) && Number(hosts) >= 1 && Number(hosts) <= MOST_TASK_HOSTS)) {
    throw new WrongUsage(`--task-hosts takes a whole number from 1 to ${MOST_TASK_HOSTS}, not "${hosts}"`);
  }
  return { module: resolve(cwd, module), ...(hosts === undefined ? {} : { hosts: Number(hosts) }) };
}

/** None is fine: an agent that has enrolled before has a credential of its own. */
function tokenFile(data: string): string | undefined {
  const file = [dirname(data), data].map((folder) => join(folder, 'agent.token')).find((path) => existsSync(path));
  return file === undefined ? undefined : readToken(file);
}

export function agentName(name: string | undefined): string {
  if (name === undefined) throw new WrongUsage('an agent needs a name: --name NAME, which jobs use in `agent:`');
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)) throw new WrongUsage(`"${name}" is not a name of an agent: letters, digits, dot, _ and -, at most 128, beginning with a letter or digit`);
  return name;
}
