/** Wakes those who wait at the end of the log. It carries no events: who wakes reads the log. */
export class CommitSignal {
  private announced = 0;
  private readonly waiting = new Set<() => void>();

  /** How often something was announced; taken before reading, it makes a wake-up between reading and waiting impossible to lose. */
  get count(): number {
    return this.announced;
  }

  announce(): void {
    this.announced += 1;
    for (const wake of [...this.waiting]) wake();
  }

  /** Resolves once more than `seen` announcements were made, or the signal aborts. */
  beyond(seen: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.announced > seen || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
}
