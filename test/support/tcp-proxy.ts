import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Frame } from '#protocol/agent-link';

/** Up is what the agent says, down is what the server says. */
export type Way = 'up' | 'down';

/** What of one way still gets through: so many bytes, or answers to their end. */
interface Allowance {
  readonly unit: 'bytes' | 'answers';
  left: number;
  isOver: boolean;
}

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  /** Requests that have passed up and whose answers have not begun to come down. */
  open: number;
}

/** Stands between an agent and its server, or between a server and its database, and can hold back, lose or cut what passes. */
export class TcpProxy {
  /** What has passed so far: bytes, and beginnings of HTTP answers. */
  readonly passed = { up: 0, down: 0, answers: 0 };
  /** Bytes that were lost on purpose so far. */
  readonly lost = { up: 0, down: 0 };
  private readonly allowances: { [Each in Way]?: Allowance | undefined } = {};
  private readonly watches = new Set<() => void>();
  private readonly pairs = new Set<Pair>();
  private frameToLose: RegExp | undefined;
  private holding = false;
  private holdingRequests = false;

  private constructor(private readonly server: Server, private readonly target: number) {}

  static async to(target: number): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, target);
    server.on('connection', (client) => proxy.take(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return address.port;
  }

  /** Every request that passed has its answer: nothing is on the way but what a stream may say. */
  get isQuiet(): boolean {
    return [...this.pairs].every(({ open }) => open === 0);
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

  /** Nothing gets through either way, and no connection ends: the two ends have to find out by themselves. */
  part(): void {
    this.holdRequests();
    this.holdAnswers();
  }

  /** What was held back gets through now, late, and what comes after it as well. */
  join(): void {
    this.holding = false;
    this.holdingRequests = false;
    for (const { client, upstream } of this.pairs) {
      client.resume();
      upstream.resume();
    }
  }

  /** After so much more that way, all of it is lost until the next cut; the connections stay open and say nothing. */
  loseAfter(way: Way, count: number, unit: Allowance['unit'] = 'bytes'): void {
    this.allowances[way] = { unit, left: count, isOver: false };
  }

  /** The next frame of this kind is lost on its way down; its connection lives on and says whatever comes after it. */
  loseFrame(kind: Frame['kind']): void {
    this.frameToLose = new RegExp(`[0-9a-f]+\\r\\nid: [0-9]+\\nevent: ${kind}\\n[^]*?\\n\\n\\r\\n`);
  }

  /** Resolves in the same turn in which so much more has passed. */
  reached(what: keyof TcpProxy['passed'], more: number): Promise<void> {
    const goal = this.passed[what] + more;
    return new Promise((resolve) => {
      const look = () => {
        if (this.passed[what] < goal) return;
        this.watches.delete(look);
        resolve();
      };
      this.watches.add(look);
    });
  }

  /** Drops every connection, with what was held back in it, and lets new ones through. */
  cut(): void {
    this.holding = false;
    this.holdingRequests = false;
    this.allowances.up = this.allowances.down = undefined;
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

  private take(client: Socket): void {
    const upstream = connect(this.target, '127.0.0.1');
    const pair: Pair = { client, upstream, open: 0 };
    this.pairs.add(pair);
    client.on('data', (chunk: Buffer) => this.pass('up', chunk, pair));
    upstream.on('data', (chunk: Buffer) => this.pass('down', chunk, pair));
    if (this.holding) upstream.pause();
    if (this.holdingRequests) client.pause();
    const end = () => {
      this.pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  }

  private pass(way: Way, chunk: Buffer, pair: Pair): void {
    const isAnswer = way === 'down' && chunk.subarray(0, 7).toString('latin1') === 'HTTP/1.';
    if (way === 'up' && /^(GET|POST) /.test(chunk.subarray(0, 5).toString('latin1'))) pair.open += 1;
    const part = this.allowed(way, way === 'down' ? this.lessFrame(chunk) : chunk, isAnswer);
    this.lost[way] += chunk.length - part.length;
    if (part.length === 0) return;
    (way === 'up' ? pair.upstream : pair.client).write(part);
    if (isAnswer) pair.open -= 1;
    this.passed[way] += part.length;
    if (isAnswer) this.passed.answers += 1;
    for (const look of this.watches) look();
  }

  /** A server writes a frame as one chunk of its answer. */
  private lessFrame(chunk: Buffer): Buffer {
    if (this.frameToLose === undefined) return chunk;
    const text = chunk.toString('latin1');
    const rest = text.replace(this.frameToLose, '');
    if (rest !== text) this.frameToLose = undefined;
    return Buffer.from(rest, 'latin1');
  }

  private allowed(way: Way, chunk: Buffer, isAnswer: boolean): Buffer {
    const allowance = this.allowances[way];
    if (allowance === undefined) return chunk;
    if (allowance.unit === 'answers') {
      if (isAnswer && allowance.left === 0) allowance.isOver = true;
      else if (isAnswer) allowance.left -= 1;
      return allowance.isOver ? chunk.subarray(0, 0) : chunk;
    }
    const part = chunk.subarray(0, allowance.left);
    allowance.left -= part.length;
    return part;
  }
}
