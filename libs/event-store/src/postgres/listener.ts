import { setTimeout } from 'node:timers/promises';
import { CorruptLogError } from '../event-store.errors.js';
import { BackOff } from '../log/back-off.js';
import type { Connection } from './connection.js';
import type { Connections } from './connections.js';
import type { LogInSchema } from './group-transaction.js';

/** So often the end of the log is asked for, which also tells a connection that is dead from one that is quiet. */
const POLL_MS = 1_000;

export interface ListenerOptions {
  readonly connections: Connections;
  readonly place: LogInSchema;
  /** Whether this process has written that itself, and was told already. */
  readonly isOwn: (processId: number) => boolean;
  /** The log may have grown. */
  readonly onNews: () => void;
  /** The log is not what it was. It is not listened to any more. */
  readonly onDamage: (error: CorruptLogError) => void;
}

/**
 * Hears from the database when anybody has appended. Behind a pooler that keeps notifications to itself, or while its connection
 * is made anew, news comes by asking, once a second.
 */
export class Listener {
  private readonly stopped = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly options: ListenerOptions) {}

  start(): void {
    this.running ??= this.listen();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  private async listen(): Promise<void> {
    const backOff = new BackOff();
    while (!this.stopped.signal.aborted) {
      try {
        const connection = await this.connect();
        backOff.reset();
        await this.poll(connection);
      } catch (error) {
        if (error instanceof CorruptLogError) return this.options.onDamage(error);
        // The same database that readers and writers tell about, in their own words.
        await backOff.pause(this.stopped.signal);
      }
    }
  }

  private async connect(): Promise<Connection> {
    const { connections, place, isOwn, onNews } = this.options;
    const connection = await connections.connect();
    connection.onNotification((processId) => {
      if (!isOwn(processId)) onNews();
    });
    await connection.run(`LISTEN ${place.channel}`);
    // What was appended while nobody listened.
    onNews();
    return connection;
  }

  private async poll(connection: Connection): Promise<void> {
    const { log, end } = this.options.place;
    try {
      while (!this.stopped.signal.aborted) {
        const { known } = end;
        const found = await log.head(connection);
        end.check(found, known);
        if (found > known) this.options.onNews();
        await setTimeout(POLL_MS, undefined, { signal: this.stopped.signal, ref: false }).catch(() => undefined);
      }
    } finally {
      connection.destroy();
    }
  }
}
