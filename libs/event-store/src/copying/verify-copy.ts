import { createHash } from 'node:crypto';
import type { Position } from '../event-store.port.js';
import type { MovableEventStore, RecordedAppend } from '../movable-event-store.port.js';
import { AppendWalk } from './append-walk.js';
import { CopyDiffersError } from './copying.errors.js';
import { differenceBetween, textOf } from './difference.js';

/** What two logs have in common that are the same. */
export interface Verified {
  readonly events: number;
  readonly appends: number;
  readonly streams: number;
  /** SHA-256 over all appends in log order, positions left out: equal for each copy of the log. */
  readonly sha256: string;
  /** Where the last event stands in the target. */
  readonly position: Position;
  /** Whether each event stands where it stood. Then nobody who was told of positions notices anything. */
  readonly positionsKept: boolean;
}

export interface Verification {
  readonly from: MovableEventStore;
  readonly to: MovableEventStore;
  /** The position of the last event of the source. */
  readonly end: Position;
  readonly onEvents: (events: number, position: Position) => void;
}

/**
 * Reads both logs side by side from their beginnings. Each append must have the same events with everything they carry, and the one after it must be
 * the same again: that is more than sums of each stream would say, because it holds for the order over all streams as well.
 *
 * @throws CopyDiffersError which names the first difference
 */
export async function verifyCopy({ from, to, end, onEvents }: Verification): Promise<Verified> {
  const original = new AppendWalk(from, end);
  const copy = new AppendWalk(to, await to.head());
  const sums = new Sums();
  try {
    for (;;) {
      const [one, other] = await Promise.all([original.next(), copy.next()]);
      if (one === undefined && other === undefined) return sums.verified;
      const text = one && textOf(one);
      if (one === undefined || other === undefined || text !== textOf(other)) {
        throw new CopyDiffersError(`the target is not what the source is: ${differenceBetween(one, other)}. Do not use it: copy into an empty store`);
      }
      sums.add(one, text, other);
      onEvents(sums.events, one.at(-1)!.position);
    }
  } finally {
    await Promise.all([original.close(), copy.close()]);
  }
}

class Sums {
  events = 0;
  private appends = 0;
  private readonly streams = new Set<string>();
  private readonly hash = createHash('sha256');
  private position = 0n;
  private positionsKept = true;

  add(one: RecordedAppend, text: string, other: RecordedAppend): void {
    this.events += one.length;
    this.appends += 1;
    this.streams.add(one[0].stream);
    this.hash.update(text).update('\n');
    this.position = other.at(-1)!.position;
    this.positionsKept &&= one.every(({ position }, index) => position === other[index]?.position);
  }

  get verified(): Verified {
    const { events, appends, streams, position, positionsKept } = this;
    return { events, appends, streams: streams.size, sha256: this.hash.digest('hex'), position, positionsKept };
  }
}
