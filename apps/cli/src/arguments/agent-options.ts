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
}

/** @throws WrongUsage for what no agent could be started with. */
export function agentOptions(flags: AgentFlags, { env, cwd }: CliContext): AgentOptions {
  const name = agentName(setting(flags.name, env, 'KIROKU_NAME'));
  const servers = flags.server ?? setting(undefined, env, 'KIROKU_SERVER')?.split(',') ?? [DEFAULT_URL];
  const data = resolve(cwd, setting(flags.data, env, 'KIROKU_DATA') ?? join('.kiroku', `agent-${name}`));
  const token = setting(flags.token, env, 'KIROKU_TOKEN') ?? tokenFile(data);
  return {
    name, data, servers: servers.map((url) => serverUrl(url.trim())), slots: slotCount(setting(flags.slots, env, 'KIROKU_SLOTS')),
    ...(token === undefined ? {} : { token }),
  };
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
