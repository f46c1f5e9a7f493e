/** What time it is for this server, and how it waits. No rule asks it: what it says reaches them as data, in commands and beside events (law 9). */
export interface WallClock {
  /** Milliseconds since 1970, UTC. It may jump, in both directions. */
  now(): number;
  /**
   * Calls back once, after so many milliseconds, whatever the clock says meanwhile: whoever waits for an instant waits in steps, and compares.
   *
   * @returns how to call it off
   */
  wakeAfter(ms: number, wake: () => Promise<void>): () => void;
}

/** The clock in Nest's container; tests give one that they advance themselves. */
export const WALL_CLOCK = Symbol('WallClock');

/** The process's own. It keeps no process alive. */
export const systemClock: WallClock = {
  now: () => Date.now(),
  wakeAfter(ms, wake) {
    const timer = setTimeout(() => void wake(), ms).unref();
    return () => clearTimeout(timer);
  },
};
