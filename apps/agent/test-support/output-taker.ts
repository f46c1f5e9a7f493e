import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An output on its way up, as a server sees it. */
export interface Taken {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** All that came; `cut` when it came to no proper end. */
  readonly body: Promise<Buffer | 'cut'>;
  /** How many bytes have come. */
  readonly count: () => number;
}

/** A server that takes outputs. By itself it reads everything and is content. */
export class OutputTaker {
  readonly taken: Taken[] = [];
  /** Nothing is read until the test says so. */
  isLazy = false;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<OutputTaker> {
    const server = createServer();
    const taker = new OutputTaker(server);
    server.on('request', (request, response) => taker.take(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return taker;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    const body = new Promise<Buffer | 'cut'>((resolve) => {
      request.on('end', () => resolve(Buffer.concat(chunks))).on('close', () => resolve('cut')).on('error', () => resolve('cut'));
    });
    this.taken.push({ request, response, body, count: () => chunks.reduce((sum, { length }) => sum + length, 0) });
    if (this.isLazy) return;
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    void body.then(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  }
}
