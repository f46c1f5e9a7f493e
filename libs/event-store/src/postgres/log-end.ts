import { CorruptLogError } from '../event-store.errors.js';

/** The furthest place that this process has seen in the log. A log that ends before it has lost something: it was restored, or a fail-over was asynchronous. */
export class LogEnd {
  private furthest = 0;

  /** To be taken before the database is asked, because answers may overtake each other. */
  get known(): number {
    return this.furthest;
  }

  saw(position: number): void {
    this.furthest = Math.max(this.furthest, position);
  }

  /**
   * @param end where the log ends, asked for after `known` was taken
   * @throws CorruptLogError
   */
  check(end: number, known: number): void {
    if (end < known) throw new CorruptLogError(`the log went back: it ends at position ${end}, and had ${known} before`);
    this.saw(end);
  }
}
