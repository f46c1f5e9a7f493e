/** One event as the stand-in holds it. */
export interface HeldEvent {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export type Proposed = Pick<HeldEvent, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;

/** `any`, or where the stream is expected to stand: -1 for no stream. */
export type Expected = number | 'any';

export type Verdict = { readonly revision: number; readonly position: number } | { readonly stands: number };

/** What the stand-in remembers, shared by its nodes. Positions have gaps, and only a record's own position is one, as in the real thing. */
export class StandInLog {
  readonly events: HeldEvent[] = [];
  private readonly streams = new Map<string, HeldEvent[]>();
  private readonly listeners = new Set<() => void>();
  private end = 100;

  /** As the real server: a repeat is known by its ids at its place, a prefix and several in a row too. */
  append(stream: string, expected: Expected, proposed: readonly Proposed[]): Verdict {
    const own = this.stream(stream);
    const stands = own.length - 1;
    if (expected !== 'any' && expected < stands) {
      const there = own.slice(expected + 1, expected + 1 + proposed.length);
      const last = there.at(-1);
      if (last !== undefined && there.length === proposed.length && there.every(({ id }, index) => id === proposed[index]?.id)) return last;
    }
    if (expected !== 'any' && expected !== stands) return { stands };
    for (const each of proposed) this.add(stream, own, each);
    for (const listener of this.listeners) listener();
    return own.at(-1)!;
  }

  stream(name: string): HeldEvent[] {
    let own = this.streams.get(name);
    if (own === undefined) this.streams.set(name, own = []);
    return own;
  }

  /** The index of the event at just this position, the end for what lies beyond, undefined where no record begins. */
  indexAt(position: number): number | undefined {
    if (position > (this.events.at(-1)?.position ?? -1)) return this.events.length;
    let low = 0;
    for (let high = this.events.length; low < high;) {
      const middle = (low + high) >> 1;
      if (this.events[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    return this.events[low]?.position === position ? low : undefined;
  }

  onAppend(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Drops an event of the middle, as nothing but damage does. */
  damage(stream: string, revision: number): void {
    const own = this.stream(stream);
    const [gone] = own.splice(own.findIndex((each) => each.revision === revision), 1);
    this.events.splice(this.events.indexOf(gone!), 1);
  }

  private add(stream: string, own: HeldEvent[], proposed: Proposed): void {
    const held = { ...proposed, stream, revision: own.length, position: this.end };
    own.push(held);
    this.events.push(held);
    this.end += 64 + proposed.data.length + proposed.metadata.length;
  }
}
