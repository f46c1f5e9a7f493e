/** With nothing done for so long, something is broken: better an error than a figure. */
const PATIENCE_MS = 60_000;

/**
 * Keeps so many flows under way until enough of them are done: first those that warm everything up, then those that count, and only
 * then do no new ones follow.
 */
export class ClosedLoop {
  #begun = 0;
  #done = 0;
  #isOver = false;
  #settle;
  #late;

  /**
   * @param start begins one flow
   * @param onBoundary told `warm` and `measured`, at the completion that makes it so
   */
  constructor({ warmUp, flows, inFlight }, start, onBoundary) {
    Object.assign(this, { warmUp, flows, inFlight, start, onBoundary });
  }

  /** Resolves when all flows that were begun are done. */
  async run() {
    const settled = new Promise((resolve, reject) => { this.#settle = { resolve, reject }; });
    this.#late = setTimeout(() => this.fail(new Error(`no flow has ended for ${PATIENCE_MS / 1000} s; ${this.#begun} were begun, ${this.#done} are done`)), PATIENCE_MS);
    this.#boundary();
    for (let index = 0; index < this.inFlight; index += 1) this.#next();
    try {
      await settled;
    } finally {
      clearTimeout(this.#late);
    }
  }

  /** One flow is done. */
  finished() {
    this.#done += 1;
    this.#late.refresh();
    this.#boundary();
    if (!this.#isOver) this.#next();
    else if (this.#done === this.#begun) this.#settle.resolve();
  }

  fail(error) {
    this.#settle.reject(error);
  }

  #next() {
    this.#begun += 1;
    this.start().catch((error) => this.fail(error));
  }

  #boundary() {
    if (this.#done === this.warmUp) this.onBoundary('warm');
    if (this.#done !== this.warmUp + this.flows) return;
    this.#isOver = true;
    this.onBoundary('measured');
  }
}
