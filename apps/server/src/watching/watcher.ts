import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Position } from '#event-store/event-store.port';
import type { AuditFilter, AuditTrail } from '../audit/audit-trail.js';
import { eventView } from '../audit/event.view.js';

/** Between two looks at the log, in milliseconds: what is appended meanwhile is read together, however many watchers there are. */
const PACE_MS = 20;

/** How long a connection may take nothing before it is cut, in milliseconds. Whoever was behind it resumes where it was. */
export const STALLED_AFTER_MS = 60_000;

/** What a watcher looks at, and with what right. */
export interface Watched {
  readonly trail: Pick<AuditTrail, 'events'>;
  readonly filter: AuditFilter;
  /** Up to where the server has folded the log: nobody is shown more than the queries know. */
  folded(): Position;
  /** The token still opens this. */
  isAllowed(): boolean;
}

type Connection = Pick<ServerResponse, 'write' | 'end' | 'destroy' | 'once' | 'off' | 'writableNeedDrain' | 'writableLength'>;

/**
 * One watcher of the log: pulls by a cursor of its own and never reads ahead of what its connection takes, so that a slow one costs
 * what lies in its connection's buffer and keeps nobody waiting.
 */
export class Watcher {
  private readonly over = new AbortController();
  private stalledSince: number | undefined;
  private wakeUp: () => void = () => undefined;

  /** @param cursor the position after which it begins */
  constructor(private readonly watched: Watched, private readonly connection: Connection, private cursor: Position) {
    connection.once('close', () => this.leave());
  }

  /** Resolves when the watching is over. @throws whatever keeps the log from being read */
  async run(): Promise<void> {
    await this.say(`retry: 1000\n: you see what comes after position ${this.cursor}\nid: ${this.cursor}\n\n`);
    while (!this.isOver) {
      const folded = this.watched.folded();
      if (folded <= this.cursor) {
        await this.woken();
        continue;
      }
      if (!this.watched.isAllowed()) return this.end('the token opens this no more');
      await this.passTo(folded);
      await pause(PACE_MS, undefined, { signal: this.over.signal }).catch(() => undefined);
    }
  }

  /** What was said and not taken yet, in bytes. */
  get buffered(): number {
    return this.connection.writableLength;
  }

  /** There may be more in the log. */
  wake(): void {
    this.wakeUp();
  }

  /** A sign of life, which also says up to where there was nothing to see. Cuts a connection that has taken nothing for long. */
  beat(nowMs: number): void {
    if (this.isOver) return;
    if (!this.watched.isAllowed()) return this.end('the token opens this no more');
    if (!this.connection.writableNeedDrain) {
      this.stalledSince = undefined;
      this.connection.write(`: still here\nid: ${this.cursor}\n\n`);
      return;
    }
    this.stalledSince ??= nowMs;
    if (nowMs - this.stalledSince >= STALLED_AFTER_MS) this.cut();
  }

  /** Ends in order, with a last word. */
  end(why: string): void {
    if (this.isOver) return;
    this.connection.end(`: ${why}\n\n`);
    this.leave();
  }

  private get isOver(): boolean {
    return this.over.signal.aborted;
  }

  private async passTo(folded: Position): Promise<void> {
    for await (const recorded of this.watched.trail.events(this.watched.filter, this.cursor)) {
      if (recorded.position > folded || this.isOver) break;
      await this.say(`id: ${recorded.position}\ndata: ${JSON.stringify(eventView(recorded))}\n\n`);
      this.cursor = recorded.position;
    }
    if (!this.isOver) this.cursor = folded;
  }

  /** Resolves when the connection can take more, or is gone. */
  private async say(text: string): Promise<void> {
    if (this.isOver || this.connection.write(text)) return;
    await new Promise<void>((resolve) => {
      const goOn = () => {
        this.connection.off('drain', goOn);
        this.over.signal.removeEventListener('abort', goOn);
        resolve();
      };
      this.connection.once('drain', goOn);
      this.over.signal.addEventListener('abort', goOn);
    });
  }

  private woken(): Promise<void> {
    return new Promise((resolve) => {
      this.wakeUp = resolve;
    });
  }

  private cut(): void {
    this.connection.destroy();
    this.leave();
  }

  private leave(): void {
    this.over.abort();
    this.wakeUp();
  }
}
