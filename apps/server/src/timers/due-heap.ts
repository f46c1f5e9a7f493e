import type { Instant } from '#events/vocabulary';

interface Entry {
  readonly key: string;
  readonly at: Instant;
}

/** With fewer, what is out of date costs less than to sort it out. */
const SORTED_OUT_FROM = 1_024;

/** What is due when, the earliest first: one instant a key. A heap, because thousands of runs may have their time-outs far ahead. */
export class DueHeap {
  /** What holds. The heap may have older entries, which are passed over. */
  private readonly due = new Map<string, Instant>();
  private heap: Entry[] = [];

  /** @param at undefined: nothing is due any more */
  set(key: string, at: Instant | undefined): void {
    if (this.due.get(key) === at) return;
    if (at === undefined) {
      this.due.delete(key);
      return;
    }
    this.due.set(key, at);
    this.push({ key, at });
    if (this.heap.length > SORTED_OUT_FROM && this.heap.length > 2 * this.due.size) this.sortOut();
  }

  get first(): Instant | undefined {
    for (let top = this.heap[0]; top !== undefined; top = this.heap[0]) {
      if (this.holds(top)) return top.at;
      this.pop();
    }
    return undefined;
  }

  /** What is due at `now` or before, at most so many. It stays due until `set` says otherwise. */
  dueBy(now: Instant, most: number): string[] {
    const found = new Map<string, Entry>();
    for (let first = this.first; first !== undefined && first <= now && found.size < most; first = this.first) {
      const entry = this.pop();
      if (entry !== undefined) found.set(entry.key, entry);
    }
    for (const entry of found.values()) this.push(entry);
    return [...found.keys()];
  }

  private holds({ key, at }: Entry): boolean {
    return this.due.get(key) === at;
  }

  private sortOut(): void {
    this.heap = Array.from(this.due, ([key, at]) => ({ key, at })).sort((one, other) => (one.at < other.at ? -1 : 1));
  }

  private push(entry: Entry): void {
    let index = this.heap.push(entry) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!this.isBefore(index, above)) return;
      this.swap(index, above);
      index = above;
    }
  }

  private pop(): Entry | undefined {
    const top = this.heap[0];
    const last = this.heap.pop();
    if (top === undefined || last === undefined || this.heap.length === 0) return top;
    this.heap[0] = last;
    for (let index = 0; ;) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      const least = right < this.heap.length && this.isBefore(right, left) ? right : left;
      if (least >= this.heap.length || !this.isBefore(least, index)) return top;
      this.swap(index, least);
      index = least;
    }
  }

  private isBefore(one: number, other: number): boolean {
    return (this.heap[one]?.at ?? '') < (this.heap[other]?.at ?? '');
  }

  private swap(one: number, other: number): void {
    [this.heap[one], this.heap[other]] = [this.heap[other] as Entry, this.heap[one] as Entry];
  }
}
