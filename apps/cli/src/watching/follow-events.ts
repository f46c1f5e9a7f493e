import type { EventView } from '#protocol/api';
import { HEARTBEAT_MS } from '#protocol/agent-link';
import type { ApiClient, Query } from '../client/api-client.js';
import { CliFailure } from '../client/cli-failure.js';
import { EXIT } from '../client/exit-codes.js';
import { type Block, readBlocks } from './sse-blocks.js';
import type { Contact } from './contact.js';

/** A server says something at least every heartbeat: one that is silent for three of them is gone, whatever TCP believes. */
const SILENCE_MS = 3 * HEARTBEAT_MS;

/** An event, and as the server wrote it. */
export interface Followed {
  readonly event: EventView;
  readonly raw: string;
}

/**
 * The log as it grows, for ever. A connection that ends is made anew where it was, so that there is neither gap nor repeat.
 *
 * A log that was put back to an earlier state meanwhile ends it: what was shown is not in it any more, and a position means something else.
 *
 * @param after a position; without one it begins with what comes from now on
 */
export async function* followEvents(api: ApiClient, query: Query, after: string | undefined, contact: Contact): AsyncGenerator<Followed> {
  let seen: string | undefined;
  for (let position = after; ; await contact.lost()) {
    const connection = new Connection(api, { ...query, after: position, seen });
    try {
      const blocks = await contact.ask(() => connection.open());
      for (let block = await next(blocks); block !== undefined; block = await next(blocks)) {
        contact.answered();
        position = block.id ?? position;
        if (block.data === undefined) continue;
        const event = parsed(block.data);
        seen = `${event.position}:${event.id}`;
        yield { event, raw: block.data };
      }
    } finally {
      connection.close();
    }
  }
}

/** Undefined at the end, in order or not: what follows is the same. */
async function next(blocks: AsyncIterator<Block, void>): Promise<Block | undefined> {
  const result = await blocks.next().catch(() => undefined);
  return result?.done === true ? undefined : result?.value ?? undefined;
}

class Connection {
  private abort = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly api: ApiClient, private readonly query: Query) {}

  async open(): Promise<AsyncIterator<Block, void>> {
    this.abort = new AbortController();
    this.heard();
    return readBlocks(this.audible(await this.api.open('/api/v1/stream', this.query, 'text/event-stream', this.abort.signal)));
  }

  close(): void {
    clearTimeout(this.timer);
    this.abort.abort();
  }

  private async *audible(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.heard();
      yield chunk;
    }
  }

  private heard(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.abort.abort(new DOMException('no sign of life', 'TimeoutError')), SILENCE_MS);
  }
}

function parsed(data: string): EventView {
  try {
    const event = JSON.parse(data) as Partial<EventView>;
    if (typeof event.position === 'string' && typeof event.id === 'string' && typeof event.type === 'string' && typeof event.stream === 'string') return event as EventView;
  } catch {
    // Said below, as for an event without a position.
  }
  throw new CliFailure('the server streams what are no events', EXIT.refused);
}
