import type { Command } from 'commander';
import type { List } from '#protocol/api';
import { ApiClient, type Query } from '../client/api-client.js';
import { WrongUsage } from '../client/cli-failure.js';
import type { Document } from '../client/http-answer.js';
import { connectionOf, DEFAULT_URL, type ConnectionOptions } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import { Output } from '../output/output.js';

/** The flags that every command with a server behind it has. They come last in its help. */
export function withConnection(command: Command): Command {
  return command
    .option('--json', 'print what the API answered')
    .option('--url <url>', `address of the server (KIROKU_URL; ${DEFAULT_URL})`)
    .option('--token <token>', 'operator\'s token (KIROKU_TOKEN; operator.token in --data)')
    .option('--data <dir>', 'data directory to take operator.token from (KIROKU_DATA; .kiroku here, then in the checkout)');
}

export function withIdempotencyKey(command: Command): Command {
  return command.option('--idempotency-key <key>', 'send the command under this key: repeated, it is done once');
}

export interface ListOptions extends ConnectionOptions {
  limit?: number;
  cursor?: string;
  all?: boolean;
}

/** @param all what `--all` means to this list */
export function withPaging(command: Command, all = 'every page'): Command {
  return command
    .option('--limit <n>', 'items a page, 1 to 1000', pageSize)
    .option('--cursor <next>', 'go on where a page ended')
    .option('--all', all);
}

function pageSize(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > 1000) throw new WrongUsage(`--limit takes a whole number from 1 to 1000, not "${text}"`);
  return Number(text);
}

/** What a client command works with. */
export interface Session {
  readonly api: ApiClient;
  readonly out: Output;
}

export function sessionOf(options: ConnectionOptions, context: CliContext): Session {
  return { api: new ApiClient(connectionOf(options, context)), out: new Output(context, options.json === true) };
}

/** Asks for a list and shows it; says on stderr when there is more. `nothing` is what people read instead of an empty table. */
export async function showList<Item>(
  { api, out }: Session,
  path: string,
  query: Query,
  options: ListOptions,
  show: (items: Item[]) => void,
  nothing: string,
): Promise<Document<List<Item>>> {
  const list = await api.list<Item>(path, { ...query, limit: options.limit, cursor: options.cursor }, options.all);
  out.answer(list, ({ items }) => (items.length === 0 ? out.line(nothing) : show(items)));
  if (list.view.next !== undefined && !out.json) out.note(`there is more: add --all, or --cursor ${list.view.next}`);
  return list;
}
