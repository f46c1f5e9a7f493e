/** The log's tail stays in the WAL at most this long after a commit. */
const PERIOD_MS = 1_000;

/**
 * Copying more than some ten MB at once holds up the event loop too long. Measured with appends of 850 bytes: 1.8 KB of WAL an
 * append in groups of 256 (15 MB for these), 28 KB for one that has a COMMIT to itself, but of those the timer sees few.
 */
const APPENDS_PER_CHECKPOINT = 8_000;

/**
 * Copies the WAL into the file, outside any COMMIT that somebody waits for: soon after a heavy burst, else from a timer that
 * exists only after something was written and keeps no process alive.
 */
export class Checkpointer {
  private timer: NodeJS.Timeout | undefined;
  private burst: NodeJS.Immediate | undefined;
  private appends = 0;

  constructor(private readonly checkpoint: () => void) {}

  written(appends: number): void {
    this.appends += appends;
    this.timer ??= setTimeout(() => this.run(), PERIOD_MS).unref();
    if (this.appends >= APPENDS_PER_CHECKPOINT) this.burst ??= setImmediate(() => this.run());
  }

  stop(): void {
    clearTimeout(this.timer);
    clearImmediate(this.burst);
    this.timer = undefined;
    this.burst = undefined;
  }

  private run(): void {
    this.stop();
    this.appends = 0;
    try {
      this.checkpoint();
    } catch {
      // Nothing is lost, the WAL holds it all, and a disk that fails here shows at the next COMMIT. The next commit tries again.
    }
  }
}
