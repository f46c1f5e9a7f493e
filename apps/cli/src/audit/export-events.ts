import { once } from 'node:events';
import type { ApiClient, Query } from '../client/api-client.js';
import { CliFailure } from '../client/cli-failure.js';
import { EXIT } from '../client/exit-codes.js';
import type { CliContext } from '../cli-context.js';
import type { Session } from '../commands/client-command.js';

const NDJSON = 'application/x-ndjson';
const LARGEST_PAGE = 1000;
const DEFAULT_PAGE = 100;

/**
 * Writes the audit trail line by line, as it comes and never faster than the reader reads.
 * An export has no `next`: with `all` the last position that was written is where the next page begins.
 */
export async function exportEvents({ api, out }: Session, query: Query, all: boolean, context: CliContext): Promise<void> {
  const limit = Number(query['limit'] ?? (all ? LARGEST_PAGE : DEFAULT_PAGE));
  for (let after: string | undefined; ; ) {
    const page = await writePage(api, { ...query, limit, after }, context);
    if (page.lines < limit) return;
    const last = positionOf(page.lastLine);
    if (!all) return out.note(`there may be more: add --all, or go on after position ${last}`);
    if (last === after) throw new CliFailure('the server exports the same events for ever', EXIT.refused);
    after = last;
  }
}

async function writePage(api: ApiClient, query: Query, { stdout }: CliContext): Promise<{ lines: number; lastLine: string }> {
  const decoder = new TextDecoder();
  let rest = '';
  let lines = 0;
  let lastLine = '';
  try {
    for await (const chunk of await api.open('/api/v1/events', query, NDJSON)) {
      const complete = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = complete.pop() ?? '';
      const events = complete.filter((line) => line.trim() !== '');
      lines += events.length;
      lastLine = events.at(-1) ?? lastLine;
      if (events.length > 0 && !stdout.write(`${events.join('\n')}\n`)) await once(stdout, 'drain');
    }
  } catch (error) {
    throw error instanceof CliFailure ? error : brokeOff(lines);
  }
  // A last line without its end may be half of an event.
  if (rest.trim() !== '') throw brokeOff(lines);
  return { lines, lastLine };
}

function brokeOff(lines: number): CliFailure {
  return new CliFailure(`the export broke off after ${lines} complete events`, EXIT.refused);
}

function positionOf(line: string): string {
  try {
    const { position } = JSON.parse(line) as { position?: unknown };
    if (typeof position === 'string') return position;
  } catch {
    // Said below, as for a line without a position.
  }
  throw new CliFailure('the server exports lines that are no events', EXIT.refused);
}
