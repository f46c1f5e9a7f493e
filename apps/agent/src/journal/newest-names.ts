/** The newest so many names, in the order in which they came. */
export class NewestNames {
  readonly #names: Set<string>;
  /**
   * Goes on behind the name that it answered last. Looking for the oldest from the front each time would pass the holes that former ones
   * left in the set: 26 µs a name on the way to a result that is forgotten (docs/performance.md).
   */
  readonly #oldest: Iterator<string>;

  constructor(private readonly most: number, names: Iterable<string>) {
    this.#names = new Set(names);
    this.#oldest = this.#names.values();
  }

  get size(): number {
    return this.#names.size;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** A name that is there already keeps its place. */
  add(name: string): void {
    this.#names.add(name);
    while (this.#names.size > this.most) this.#names.delete(this.#oldest.next().value as string);
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#names.values();
  }
}
