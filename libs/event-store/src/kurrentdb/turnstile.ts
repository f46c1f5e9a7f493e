import { StoreUnavailableError } from '../event-store.errors.js';

interface Waiting {
  readonly weight: number;
  readonly since: number;
  readonly go: () => void;
  readonly refuse: (error: Error) => void;
}

/**
 * Lets only so much through at once. Who waits does so in order, and its time-outs begin when it is let through: otherwise many large appends at once would
 * time out by each other, be sent again, and never get done.
 */
export class Turnstile {
  private inside = 0;
  private waiting: Waiting[] = [];

  constructor(private readonly most: number, private readonly patienceMs: number) {}

  async pass<Result>(weight: number, work: () => Promise<Result>): Promise<Result> {
    await this.turn(weight);
    try {
      return await work();
    } catch (error) {
      if (error instanceof StoreUnavailableError) this.refuseOld(error);
      throw error;
    } finally {
      this.inside -= weight;
      this.letIn();
    }
  }

  private turn(weight: number): Promise<void> {
    return new Promise((go, refuse) => {
      this.waiting.push({ weight, since: performance.now(), go, refuse });
      this.letIn();
    });
  }

  private letIn(): void {
    for (let next = this.waiting[0]; next !== undefined && (this.inside === 0 || this.inside + next.weight <= this.most); next = this.waiting[0]) {
      this.waiting.shift();
      this.inside += next.weight;
      next.go();
    }
  }

  /** Whoever has waited as long as others have tried in vain hears the same now. */
  private refuseOld(error: StoreUnavailableError): void {
    const oldest = performance.now() - this.patienceMs;
    for (const { refuse } of this.waiting.filter(({ since }) => since < oldest)) refuse(new StoreUnavailableError(error.message));
    this.waiting = this.waiting.filter(({ since }) => since >= oldest);
  }
}
