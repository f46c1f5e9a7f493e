/** After it failed, or could not move what is due, in milliseconds. */
const RETRY_MS = 1_000;

/** What a look says: another one may find more at once; or something is due that this one changed nothing about, and another one is to try later; or neither. */
export type Look = boolean | 'later';

/**
 * What follows from the fold and is asked for whenever it may be due: done by one at a time, once more for whoever asked meanwhile, and
 * again after a while where it failed or changed nothing. Nothing is done before the start, nor after the stop.
 */
export class Reaction {
  private running: Promise<void> | undefined;
  private again = false;
  private started = false;
  private stopped = false;
  private retry: NodeJS.Timeout | undefined;

  /** @param look does what is due now. It says true only where it changed something: what is due and stays as it is would be looked at without a pause */
  constructor(private readonly look: () => Promise<Look>, private readonly onFailure: (error: unknown) => void) {}

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
      this.askLater();
    });
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
  }

  private askLater(): void {
    clearTimeout(this.retry);
    if (!this.stopped) this.retry = setTimeout(() => void this.ask(), RETRY_MS).unref();
  }

  private async run(): Promise<void> {
    try {
      while (this.again && !this.stopped) {
        this.again = false;
        const found = await this.look();
        if (found === 'later') this.askLater();
        else if (found) this.again = true;
      }
    } finally {
      // In the same turn in which `again` was seen false: a wake-up in between would be lost.
      this.running = undefined;
    }
  }
}
