import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Frame, Hello, Inventory, InventoryAnswer, Report, ReportAnswer, ReportBatch } from '#protocol/agent-link';

/** What a fake server says: JSON unless it is a text; nothing at all when it is undefined. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

export interface Received<Body> {
  readonly url: string;
  readonly token: string | undefined;
  readonly body: Body;
}

/** A server that says what a test wants. By itself it welcomes everybody and acknowledges everything. */
export class FakeServer {
  readonly hellos: Received<Hello>[] = [];
  readonly batches: Received<ReportBatch>[] = [];
  readonly inventories: Received<Inventory>[] = [];
  /** Open streams of frames, in the order in which they were opened. */
  readonly streams: ServerResponse[] = [];
  onHello: (hello: Hello, token: string | undefined) => Reply | undefined = () => ({ status: 201, body: { session: this.hellos.length, server: 'fake' } });
  onReports: (batch: ReportBatch) => Reply | undefined | Promise<Reply | undefined> = (batch) => ({ status: 200, body: acknowledging(batch.reports) });
  onInventory: (inventory: Inventory) => Reply = () => ({ status: 200, body: { renew: false } satisfies InventoryAnswer });
  onStream: (response: ServerResponse) => void = (response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': welcome\n\n');

  private constructor(private readonly server: Server) {}

  /** Port 0 takes a free one. */
  static async start(port = 0): Promise<FakeServer> {
    const server = createServer();
    const fake = new FakeServer(server);
    server.on('request', (request, response) => void fake.answer(request, response));
    server.on('clientError', (_error, socket) => socket.destroy());
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return fake;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** All reports that ever came, in the order of their coming. */
  get reports(): Report[] {
    return this.batches.flatMap(({ body }) => body.reports);
  }

  send(frame: Frame): void {
    this.say(`${'position' in frame ? `id: ${frame.position}\n` : ''}event: ${frame.kind}\ndata: ${JSON.stringify(frame)}\n\n`);
  }

  /** On the newest stream. */
  say(text: string): void {
    this.streams.at(-1)?.write(text);
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    const url = request.url ?? '';
    const text = await textOf(request);
    const token = request.headers.authorization?.slice('Bearer '.length);
    if (url.includes('/dispatches')) {
      this.streams.push(response);
      return this.onStream(response);
    }
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    if (url.endsWith('/sessions')) {
      this.hellos.push({ url, token, body: body as Hello });
      return reply(response, this.onHello(body as Hello, token));
    }
    if (url.endsWith('/inventory')) {
      this.inventories.push({ url, token, body: body as Inventory });
      return reply(response, this.onInventory(body as Inventory));
    }
    this.batches.push({ url, token, body: body as ReportBatch });
    return reply(response, await this.onReports(body as ReportBatch));
  }
}

/** What a server answers that has stored these reports at these positions of its log. */
export function acknowledging(reports: readonly Report[]): ReportAnswer {
  return { acknowledged: reports.map(({ executionId, sequence }) => ({ executionId, sequence, receipt: { position: '7', eventId: 'event-7' } })) };
}

export function refusal(status: number, code: string): Reply {
  return { status, body: { type: 'about:blank', title: 'Refused', status, detail: `refused as ${code}`, code } };
}

function reply(response: ServerResponse, answer: Reply | undefined): void {
  if (answer === undefined) return;
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  response.writeHead(answer.status, { 'content-type': typeof answer.body === 'string' ? 'text/html' : 'application/json' }).end(text);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    // The agent broke off.
  }
  return Buffer.concat(chunks).toString();
}
