import type { Command } from 'commander';
import type { ServerView } from '#protocol/servers';
import type { CliContext } from '../cli-context.js';
import { type ListOptions, sessionOf, showList, withConnection, withPaging } from '../commands/client-command.js';
import type { Output } from '../output/output.js';
import { ageWords, localTime } from '../output/time-words.js';

/** `kiroku server list` */
export function addServerList(server: Command, context: CliContext): void {
  withConnection(withPaging(server.command('list').description('the servers on this log: who serves, since when, how far behind, and who minds the clock')))
    .action(async (_own: ListOptions, command: Command) => {
      // `server` has a --data as well, and takes it wherever it stands.
      const options = command.optsWithGlobals<ListOptions>();
      const session = sessionOf(options, context);
      await showList<ServerView>(session, '/api/v1/servers', {}, options, (servers) => showServers(servers, session.out), 'no server has been started on this log');
    });
}

function showServers(servers: readonly ServerView[], out: Output): void {
  const now = out.nowMs;
  out.table(['SERVER', 'STATE', 'SINCE', 'BEHIND', 'CLOCK', 'URL', 'HOST', 'PID', 'VERSION', 'WHY'], servers.map((each) => [
    `${each.server}${each.thisOne ? ' (this one)' : ''}`, out.word(each.state), `${localTime(each.since, now)} (${ageWords(now - Date.parse(each.since))})`, behindWords(each),
    each.ownsTimers ? 'minds it' : '', each.url ?? '', each.host, String(each.pid), each.version, each.reason ?? '',
  ]));
}

function behindWords({ behindMs }: ServerView): string {
  if (behindMs === undefined) return '';
  return behindMs === 0 ? 'nothing' : `${behindMs} ms`;
}
