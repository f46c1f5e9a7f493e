import { Inject, Injectable } from '@nestjs/common';
import type { EventStore, Position } from '#event-store/event-store.port';
import { StoreUnavailableError } from '#event-store/event-store.errors';
import { StoreTrouble } from './appending/store-trouble.js';
import { EVENT_STORE } from './event-store.token.js';
import { LogFollower } from './log-follower.js';

/**
 * How far this server's fold is behind the log. Where others append too, an answer that appends nothing is given only of a fold that has reached the
 * end which the log had when it was asked for (design section 10.11).
 */
@Injectable()
export class FoldLag {
  /** The log's end is being read for whoever has asked so far, and for whoever asks from now on. */
  private reading: Promise<Position> | undefined;
  private next: Promise<Position> | undefined;
  /** Heads that were not folded when they were read, the oldest first. */
  private unfolded: { readonly head: Position; readonly since: number }[] = [];

  constructor(@Inject(EVENT_STORE) private readonly store: EventStore, private readonly follower: LogFollower, private readonly trouble: StoreTrouble) {}

  /**
   * Resolves when all is folded that is in the log now; false when that takes longer than a command waits. At once where nobody else appends.
   *
   * @throws StoreUnavailableError
   */
  async caughtUp(): Promise<boolean> {
    if (this.store.presence === undefined) return true;
    const end = await this.end().catch((error: unknown) => {
      if (error instanceof StoreUnavailableError) this.trouble.failed(error);
      throw error;
    });
    return this.follower.foldedWithin(end);
  }

  async measure(): Promise<{ readonly position: string; readonly behindMs: number }> {
    const now = performance.now();
    const head = await this.store.head() ?? 0n;
    const { position } = this.follower;
    if (head > (this.unfolded.at(-1)?.head ?? position)) this.unfolded.push({ head, since: now });
    this.unfolded = this.unfolded.filter((each) => each.head > position);
    return { position: position.toString(), behindMs: this.unfolded[0] === undefined ? 0 : Math.round(performance.now() - this.unfolded[0].since) };
  }

  /** One question serves all who asked before it was sent. */
  private end(): Promise<Position> {
    if (this.reading === undefined) return this.reading = this.read();
    return this.next ??= this.reading.catch(() => undefined).then(() => {
      this.next = undefined;
      return this.reading = this.read();
    });
  }

  private read(): Promise<Position> {
    const reading = this.store.head().then((head) => head ?? 0n).finally(() => {
      if (this.reading === reading) this.reading = undefined;
    });
    return reading;
  }
}
