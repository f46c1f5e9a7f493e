import type { EventView } from '#protocol/api';
import type { ServerUnderTest } from './server-under-test.js';

/** One block of server-sent events. */
export interface Block {
  readonly id?: string;
  readonly event?: EventView;
  readonly comment?: string;
}

/** Watches the log as a client does, and hands out one block after the other. */
export class StreamReader {
  private buffer = '';
  private readonly decoder = new TextDecoder();
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;

  private constructor(private readonly abort: AbortController, readonly response: Response) {
    this.reader = response.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  }

  static async open(server: ServerUnderTest, query = '', headers: Record<string, string> = {}, token = server.tokenIn('operator.token')): Promise<StreamReader> {
    const abort = new AbortController();
    const response = await fetch(`${await server.listen()}/api/v1/stream${query}`, { headers: { authorization: `Bearer ${token}`, ...headers }, signal: abort.signal });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return new StreamReader(abort, response);
  }

  /** The next block; undefined when the server has ended the stream. */
  async block(): Promise<Block | undefined> {
    for (let end = this.buffer.indexOf('\n\n'); ; end = this.buffer.indexOf('\n\n')) {
      if (end >= 0) {
        const text = this.buffer.slice(0, end);
        this.buffer = this.buffer.slice(end + 2);
        return parsed(text);
      }
      const { value, done } = await this.reader.read();
      if (done) return undefined;
      this.buffer += this.decoder.decode(value, { stream: true });
    }
  }

  /** The next events, so many. */
  async events(count: number): Promise<EventView[]> {
    const found: EventView[] = [];
    while (found.length < count) {
      const block = await this.block();
      if (block === undefined) throw new Error(`the stream ended after ${found.length} events`);
      if (block.event !== undefined) found.push(block.event);
    }
    return found;
  }

  leave(): void {
    this.abort.abort();
  }
}

function parsed(text: string): Block {
  const fields = new Map(text.split('\n').map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
  const [id, data, comment] = ['id', 'data', ''].map((name) => fields.get(name));
  return { ...(id === undefined ? {} : { id }), ...(data === undefined ? {} : { event: JSON.parse(data) as EventView }), ...(comment === undefined ? {} : { comment }) };
}
