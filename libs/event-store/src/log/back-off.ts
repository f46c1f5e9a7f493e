import { setTimeout } from 'node:timers/promises';

const SHORTEST_MS = 25;
const LONGEST_MS = 500;

/** Longer and longer pauses between tries, short enough that a database which is back is found soon. */
export class BackOff {
  private next = SHORTEST_MS;

  reset(): void {
    this.next = SHORTEST_MS;
  }

  /** Ends early, without an error, when the signal aborts. */
  async pause(signal?: AbortSignal): Promise<void> {
    const pauseMs = this.next;
    this.next = Math.min(LONGEST_MS, this.next * 2);
    await setTimeout(pauseMs, undefined, signal && { signal }).catch(() => undefined);
  }
}
