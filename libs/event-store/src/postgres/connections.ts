import { StoreUnavailableError } from '../event-store.errors.js';
import { Connection } from './connection.js';
import { inOurWords } from './postgres.errors.js';
import type { PostgresAddress } from './postgres-address.js';

/** Readers share so many; those of a slow page keep nobody from writing, who has a connection to himself. */
const READERS = 4;

/** Opens connections, and lends those for reading. */
export class Connections {
  private readonly open = new Set<Connection>();
  private idle: Connection[] = [];
  private lent = 0;
  private readonly waiting: (() => void)[] = [];
  private closed = false;
  /** The host that answered last is asked first. */
  private preferred = 0;

  constructor(private readonly address: PostgresAddress, private readonly answerMs: number) {}

  /** What people are told when nothing more exact is known. */
  get told(): string {
    return this.address.targets.map(({ told }) => told).join(', ');
  }

  /** A new connection to the first of the hosts that takes writes. It is closed with the others. @throws as `Connection.open`, for the last that was asked */
  async connect(): Promise<Connection> {
    const { targets } = this.address;
    let failure: unknown;
    for (let tried = 0; tried < targets.length; tried += 1) {
      this.requireOpen();
      const index = (this.preferred + tried) % targets.length;
      try {
        const connection = await Connection.open(targets[index]!, this.answerMs);
        this.preferred = index;
        return this.adopt(connection);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /** @throws StoreUnavailableError and CorruptLogError; a connection that failed is not used again */
  async read<Answer>(question: (connection: Connection) => Promise<Answer>): Promise<Answer> {
    this.requireOpen();
    await this.turn();
    let connection: Connection | undefined;
    try {
      connection = this.takeIdle() ?? await this.connect();
      const answer = await question(connection);
      this.idle.push(connection);
      return answer;
    } catch (error) {
      connection?.destroy();
      this.requireOpen();
      throw inOurWords(error, this.told);
    } finally {
      this.lent -= 1;
      this.waiting.shift()?.();
    }
  }

  /** What is on its way fails. */
  async close(): Promise<void> {
    this.closed = true;
    const open = [...this.open];
    this.open.clear();
    const idle = new Set(this.idle.splice(0));
    for (const connection of open) if (!idle.has(connection)) connection.destroy();
    await Promise.all([...idle].map((connection) => connection.end()));
  }

  private adopt(connection: Connection): Connection {
    if (this.closed) connection.destroy();
    this.requireOpen();
    for (const other of this.open) if (other.isBroken) this.open.delete(other);
    this.open.add(connection);
    return connection;
  }

  private takeIdle(): Connection | undefined {
    this.idle = this.idle.filter(({ isBroken }) => !isBroken);
    return this.idle.pop();
  }

  private async turn(): Promise<void> {
    this.lent += 1;
    if (this.lent > READERS) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private requireOpen(): void {
    if (this.closed) throw new StoreUnavailableError('the event store is closed');
  }
}
