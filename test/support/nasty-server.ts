import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What an agent asks of a server. */
export type Ask = 'hello' | 'dispatches' | 'reports';

/** Answers as a test pleases. Whatever it leaves open it gives up when it is closed. */
export type NastyAnswer = (ask: Ask, response: ServerResponse, body: string) => void;

/** Something at a server's address that is no server of ours, or one gone mad. */
export class NastyServer {
  readonly asked: Ask[] = [];
  readonly bodies: string[] = [];

  private constructor(private readonly server: Server) {}

  static async start(answer: NastyAnswer, onConnection: (socket: Socket) => void = () => undefined): Promise<NastyServer> {
    const server = createServer();
    const nasty = new NastyServer(server);
    server.on('connection', (socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    server.on('request', (request: IncomingMessage, response) => void nasty.hear(request, response, answer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return nasty;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async hear(request: IncomingMessage, response: ServerResponse, answer: NastyAnswer): Promise<void> {
    response.on('error', () => undefined);
    let body = '';
    try {
      for await (const chunk of request) body += String(chunk);
    } catch {
      return;
    }
    const ask = request.url?.includes('/dispatches') === true ? 'dispatches' : request.url?.endsWith('/sessions') === true ? 'hello' : 'reports';
    this.asked.push(ask);
    this.bodies.push(body);
    answer(ask, response, body);
  }
}

/** Writes for ever, as fast as it is read. */
export function flood(response: ServerResponse, chunk: string | Uint8Array): void {
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}
