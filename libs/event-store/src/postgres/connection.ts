import { Socket } from 'node:net';
import pg from 'pg';
import { StoreUnavailableError } from '../event-store.errors.js';
import { ForeignDatabaseError } from './postgres.errors.js';
import type { PostgresTarget } from './postgres-address.js';

/** What a column holds here: `bigint` comes as text, positions stay far below 2^53. */
export type Row = readonly (string | number | null)[];

export interface Question {
  readonly text: string;
  /** Prepared once a connection. */
  readonly name: string;
  readonly values: readonly unknown[];
}

/**
 * A transaction of ours that hears nothing from its server for this long is ended by the database: a server that was frozen while
 * it held the lock keeps the others waiting no longer.
 */
const IDLE_IN_TRANSACTION_MS = 2_000;

/**
 * Every statement must find its rows by an index, also while the table is small and the planner would rather read it whole: a
 * plan made then is kept, and would be kept too long. What a database says about its durability is heeded, but not `off`.
 */
const SET_UP = `
  SELECT set_config('enable_seqscan', 'off', false), set_config('enable_bitmapscan', 'off', false), set_config('jit', 'off', false),
    set_config('statement_timeout', $1, false), set_config('idle_in_transaction_session_timeout', '${IDLE_IN_TRANSACTION_MS}', false),
    CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END`;
const ASK = `SELECT current_setting('server_encoding'), current_setting('transaction_read_only'), current_setting('server_version_num')::integer`;

/** One connection, with a time-out of our own around every call: nothing waits longer for a database that has gone silent. */
export class Connection {
  private broken = false;

  private constructor(private readonly client: pg.Client, private readonly socket: Socket, private readonly target: PostgresTarget, private readonly answerMs: number) {
    client.on('error', () => this.destroy()).on('end', () => this.destroy());
  }

  /**
   * @param answerMs the longest that anything on it may take
   * @throws StoreUnavailableError also for a database that takes no writes
   * @throws the driver's error when it was refused, see `isRefusal`
   */
  static async open(target: PostgresTarget, answerMs: number): Promise<Connection> {
    const socket = new Socket();
    const client = new pg.Client({ connectionString: target.url, stream: () => socket, keepAlive: true, application_name: 'kiroku', pipeline: true });
    const connection = new Connection(client, socket, target, answerMs);
    try {
      await connection.within(client.connect());
      await connection.setUp();
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  get isBroken(): boolean {
    return this.broken;
  }

  /** What the database calls this connection in its notifications. */
  get processId(): number | undefined {
    return this.isBroken ? undefined : (this.client as pg.Client & { processID?: number }).processID;
  }

  /** A prepared statement. Several asked at once go to the database together and are answered in order. */
  async ask({ text, name, values }: Question): Promise<readonly Row[]> {
    const { rows } = await this.within(this.client.query<(string | number | null)[]>({ text, name, values: [...values], rowMode: 'array' }));
    return rows;
  }

  /** Plain statements, one after the other. Answers what the last one came to: a COMMIT of what has failed is a ROLLBACK. */
  async run(text: string): Promise<string> {
    const result = await this.within(this.client.query(text) as Promise<pg.QueryResult | pg.QueryResult[]>);
    return (Array.isArray(result) ? result.at(-1)! : result).command;
  }

  onNotification(listener: (processId: number) => void): void {
    this.client.on('notification', ({ processId }) => listener(processId));
  }

  /** Everything on its way fails at once. */
  destroy(): void {
    this.broken = true;
    this.socket.destroy();
  }

  /** Says goodbye, so that the database's log has nothing to say about it. */
  async end(): Promise<void> {
    if (!this.isBroken) await this.within(this.client.end()).catch(() => undefined);
    this.destroy();
  }

  private async setUp(): Promise<void> {
    await this.ask({ text: SET_UP, name: '', values: [String(this.answerMs)] });
    const [[encoding, readOnly, version] = []] = await this.ask({ text: ASK, name: '', values: [] });
    if (Number(version) < 120_000) throw new ForeignDatabaseError(`${this.target.told}: it is older than PostgreSQL 12`);
    if (encoding !== 'UTF8') throw new ForeignDatabaseError(`${this.target.told}: the encoding of the database is ${encoding}; a log needs UTF8`);
    if (readOnly !== 'off') throw new StoreUnavailableError(`${this.target.told}: it takes no writes (a standby?)`);
  }

  /** Who does not answer in time is not waited for any more, neither by this call nor by those behind it. */
  private within<Value>(answer: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.destroy();
        reject(new StoreUnavailableError(`${this.target.told}: no answer within ${this.answerMs} ms`));
      }, this.answerMs);
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}
