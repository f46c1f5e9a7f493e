/** The log's tail stays in the WAL at most this long after a commit. */
const PERIOD_MS = 1_000;

/** About 5,000 pages of 8 KiB, 40 MB of WAL: copying more than that holds up the event loop too long. An append dirties about two. */
const APPENDS_PER_CHECKPOINT = 2_500;

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
