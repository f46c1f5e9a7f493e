import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { setting } from '../client/settings.js';
import type { CliContext, ServerOptions } from '../cli-context.js';
import { surviveClosedOutput } from '../output/closed-output.js';
import { agentGrace, DEFAULT_AGENT_GRACE } from '../arguments/agent-grace.js';
import { DEFAULT_LISTEN, listenAddress } from '../arguments/listen-address.js';
import { storeUrl } from '../arguments/store-url.js';
import { serverUrl } from '../arguments/server-url.js';
import { addServerList } from '../servers/server-list.command.js';

interface Flags {
  listen?: string;
  data?: string;
  store?: string;
  advertise?: string;
  agentGrace?: string;
}

/** `kiroku server [list]`; without a verb this very process becomes the server. */
export function addServerCommand(program: Command, context: CliContext): void {
  const server = program.command('server').description('run a server in this process')
    .option('--listen <host:port>', `where it serves; port 0 takes a free one (KIROKU_LISTEN; ${DEFAULT_LISTEN})`)
    .option('--data <dir>', 'tokens and derived files (KIROKU_DATA; .kiroku)')
    .option('--store <store>', 'the log: sqlite:FILE or postgres://USER@HOST/DATABASE (KIROKU_STORE; sqlite:DATA/log.db)')
    .option('--advertise <url>', 'where the other servers on the same log reach this one (KIROKU_ADVERTISE; what it listens on)')
    .option('--agent-grace <seconds>', `how long an agent may be silent before it counts as unreachable; three times that after a start (KIROKU_AGENT_GRACE; ${DEFAULT_AGENT_GRACE})`)
    .action(async (flags: Flags) => {
      const options = serverOptions(flags, context);
      surviveClosedOutput(context);
      const serverModule = await context.loadServer();
      await serverModule.startServer(options);
    });
  addServerList(server, context);
}

function serverOptions(flags: Flags, { env, cwd }: CliContext): ServerOptions {
  const data = resolve(cwd, setting(flags.data, env, 'KIROKU_DATA') ?? '.kiroku');
  return {
    listen: listenAddress(setting(flags.listen, env, 'KIROKU_LISTEN') ?? DEFAULT_LISTEN),
    data,
    store: storeUrl(setting(flags.store, env, 'KIROKU_STORE') ?? `sqlite:${join(data, 'log.db')}`, cwd),
    advertise: serverUrl(setting(flags.advertise, env, 'KIROKU_ADVERTISE')),
    agentGraceSeconds: agentGrace(setting(flags.agentGrace, env, 'KIROKU_AGENT_GRACE')),
  };
}
