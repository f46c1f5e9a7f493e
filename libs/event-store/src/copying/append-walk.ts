import type { Position } from '../event-store.port.js';
import type { MovableEventStore, RecordedAppend } from '../movable-event-store.port.js';

/** A place in a log that is read append by append; two of them are walked side by side. */
export class AppendWalk {
  private readonly batches: AsyncIterator<readonly RecordedAppend[]>;
  private batch: readonly RecordedAppend[] = [];
  private index = 0;

  /** @param end nothing behind this position is read: what is appended meanwhile */
  constructor(store: MovableEventStore, private readonly end: Position | undefined) {
    this.batches = store.readAppends()[Symbol.asyncIterator]();
  }

  /** The next append without going on to it; undefined at the end. */
  async peek(): Promise<RecordedAppend | undefined> {
    while (this.index === this.batch.length) {
      const step = await this.batches.next();
      if (step.done === true) return undefined;
      this.batch = step.value;
      this.index = 0;
    }
    const append = this.batch[this.index]!;
    return this.end === undefined || append[0].position > this.end ? undefined : append;
  }

  async next(): Promise<RecordedAppend | undefined> {
    const append = await this.peek();
    if (append !== undefined) this.index += 1;
    return append;
  }

  async close(): Promise<void> {
    await this.batches.return?.();
  }
}
