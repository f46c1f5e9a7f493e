import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Speaks bytes to a port, and hears what comes back. Errors of the connection are answers too. */
export class RawConnection {
  private readonly heard: Buffer[] = [];

  private constructor(readonly socket: Socket) {
    socket.on('error', () => undefined).on('data', (chunk: Buffer) => this.heard.push(chunk));
  }

  static async to(port: number): Promise<RawConnection> {
    const connection = new RawConnection(connect(port, '127.0.0.1'));
    await once(connection.socket, 'connect');
    return connection;
  }

  get text(): string {
    return Buffer.concat(this.heard).toString('latin1');
  }

  say(bytes: string | Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** Says it, ends its side, and waits for the other to end too. */
  async sayAll(bytes: string | Uint8Array): Promise<string> {
    this.say(bytes);
    this.socket.end();
    if (!this.socket.closed) await once(this.socket, 'close');
    return this.text;
  }

  drop(): void {
    this.socket.resetAndDestroy();
  }
}
