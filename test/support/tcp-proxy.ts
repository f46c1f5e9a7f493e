import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** Stands between an agent and its server, and can hold back or cut what passes. */
export class TcpProxy {
  private readonly pairs = new Set<{ client: Socket; upstream: Socket }>();
  private holding = false;
  private holdingRequests = false;

  private constructor(private readonly server: Server, private readonly target: number) {}

  static async to(target: number): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, target);
    server.on('connection', (client) => proxy.join(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return `http://127.0.0.1:${address.port}`;
  }

  /** From now on nothing that the server says gets through; it stays in the proxy's sockets. */
  holdAnswers(): void {
    this.holding = true;
    for (const { upstream } of this.pairs) upstream.pause();
  }

  /** From now on nothing that the agent says gets through. */
  holdRequests(): void {
    this.holdingRequests = true;
    for (const { client } of this.pairs) client.pause();
  }

  /** Drops every connection, with what was held back in it, and lets new ones through. */
  cut(): void {
    this.holding = false;
    this.holdingRequests = false;
    for (const { client, upstream } of this.pairs) {
      client.destroy();
      upstream.destroy();
    }
    this.pairs.clear();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    const upstream = connect(this.target, '127.0.0.1');
    const pair = { client, upstream };
    this.pairs.add(pair);
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => client.write(chunk));
    if (this.holding) upstream.pause();
    if (this.holdingRequests) client.pause();
    const end = () => {
      this.pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  }
}
