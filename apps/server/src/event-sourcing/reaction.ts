/** After it failed, in milliseconds. */
const RETRY_MS = 1_000;

/**
 * What follows from the fold and is asked for whenever it may be due: done by one at a time, once more for whoever asked meanwhile, and
 * again after a while where it failed. Nothing is done before the start, nor after the stop.
 */
export class Reaction {
  private running: Promise<void> | undefined;
  private again = false;
  private started = false;
  private stopped = false;
  private retry: NodeJS.Timeout | undefined;

  /** @param look does what is due now; true when another look may find more */
  constructor(private readonly look: () => Promise<boolean>, private readonly onFailure: (error: unknown) => void) {}

  start(): void {
    this.started = true;
    void this.ask();
  }

  /** Resolves when what is due now was tried once; what failed is tried again by itself. */
  ask(): Promise<void> {
    if (!this.started || this.stopped) return Promise.resolve();
    this.again = true;
    // A turn later: whoever asks while the first look begins is to find it under way.
    return this.running ??= Promise.resolve().then(() => this.run()).catch((error: unknown) => {
      this.onFailure(error);
      if (!this.stopped) this.retry = setTimeout(() => void this.ask(), RETRY_MS).unref();
    });
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
  }

  private async run(): Promise<void> {
    try {
      while (this.again && !this.stopped) {
        this.again = false;
        if (await this.look()) this.again = true;
      }
    } finally {
      // In the same turn in which `again` was seen false: a wake-up in between would be lost.
      this.running = undefined;
    }
  }
}
