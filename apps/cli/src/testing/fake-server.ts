import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventView } from '#protocol/api';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Canned {
  readonly status?: number;
  readonly type?: string;
  /** Text and bytes go out as they are, anything else as JSON. */
  readonly body: unknown;
  /** More may come: the connection stays open. */
  readonly goesOn?: boolean;
  readonly headers?: Record<string, string>;
  /** The connection breaks behind the body. */
  readonly cut?: boolean;
}

type Reply = Canned | ((seen: Seen) => Canned) | 'break' | 'half' | 'silence';

/** Answers what a test told it to, and remembers what it was asked. */
export class FakeServer {
  readonly seen: Seen[] = [];
  private readonly server: Server;
  private readonly replies = new Map<string, Reply[]>();

  private constructor(private port = 0) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(port = 0): Promise<FakeServer> {
    const fake = new FakeServer(port);
    await new Promise<void>((resolve) => fake.server.listen(port, '127.0.0.1', resolve));
    fake.port = (fake.server.address() as AddressInfo).port;
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** `route` is `GET /runs/R1`. Several replies are given one after the other, the last one for ever. */
  on(route: string, ...replies: Reply[]): this {
    this.replies.set(route, replies);
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.url);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen: Seen = {
      method: request.method ?? '', path: url.pathname, query: Object.fromEntries(url.searchParams), headers: request.headers, body: Buffer.concat(chunks).toString(),
    };
    this.seen.push(seen);
    const replies = this.replies.get(`${seen.method} ${seen.path.replace('/api/v1', '')}`) ?? [problem(404, 'not-found', `there is no ${seen.path}`)];
    this.reply(replies.length > 1 ? replies.shift()! : replies[0]!, seen, response);
  }

  private reply(reply: Reply, seen: Seen, response: ServerResponse): void {
    if (reply === 'silence') return;
    if (reply === 'break') return void response.socket?.destroy();
    if (reply === 'half') return void response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 }).write('{"items":[', () => response.socket?.destroy());
    const { status = 200, type = 'application/json', body, goesOn = false, headers = {}, cut = false } = typeof reply === 'function' ? reply(seen) : reply;
    if (goesOn) return void response.writeHead(status, { 'content-type': type }).write(String(body));
    const content = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': type, connection: 'close', ...headers });
    if (cut) response.write(content, () => response.socket?.destroy());
    else response.end(content);
  }
}

export function problem(status: number, code: string, detail: string, more: object = {}): Canned {
  return { status, type: 'application/problem+json', body: { type: 'about:blank', title: 'Refused', status, detail, code, ...more } };
}

/** A live stream that begins after a position and brings these events. It ends, unless it goes on. */
export function stream(after: number, events: readonly EventView[], goesOn = false): Canned {
  const blocks = [`: welcome\nid: ${after}\n\n`, ...events.map((event) => `id: ${event.position}\ndata: ${JSON.stringify(event)}\n\n`)];
  return { type: 'text/event-stream; charset=utf-8', body: blocks.join(''), goesOn };
}
