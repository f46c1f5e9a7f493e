import type { WallClock } from '../src/event-sourcing/wall-clock.js';

interface Wake {
  readonly due: number;
  readonly call: () => Promise<void>;
}

/** Time that passes only when a test says so. */
export class SimulatedClock implements WallClock {
  private readonly wakes = new Set<Wake>();
  private ms: number;

  /** @param time where it stands at first: an instant, as text */
  constructor(time = '2026-11-23T09:00:00.000Z') {
    this.ms = Date.parse(time);
  }

  now(): number {
    return this.ms;
  }

  wakeAfter(ms: number, call: () => Promise<void>): () => void {
    const wake = { due: this.ms + ms, call };
    this.wakes.add(wake);
    return () => this.wakes.delete(wake);
  }

  /**
   * So much later, or earlier, in one jump. Everybody who waits looks at the clock, once and as long as something is due; resolves when
   * all that was due then is done.
   */
  async advance(ms: number): Promise<void> {
    this.ms += ms;
    let woken = [...this.wakes];
    while (woken.length > 0) {
      for (const wake of woken) if (this.wakes.delete(wake)) await wake.call();
      woken = [...this.wakes].filter(({ due }) => due <= this.ms);
    }
  }

  advanceTo(time: string): Promise<void> {
    return this.advance(Date.parse(time) - this.ms);
  }
}
