import type { SqliteHead } from './sqlite-log.js';

/** About 10 MB. A stream that has left costs one look-up in an index when it is written again. */
const MOST_STREAMS = 50_000;

/** Where streams stand according to what is committed, the longest unused forgotten first. */
export class HeadCache {
  private readonly heads = new Map<string, SqliteHead>();

  get(stream: string): SqliteHead | undefined {
    return this.heads.get(stream);
  }

  /** Only after COMMIT. */
  adopt(drafted: ReadonlyMap<string, SqliteHead>): void {
    for (const [stream, head] of drafted) {
      this.heads.delete(stream);
      this.heads.set(stream, head);
    }
    for (const stream of this.heads.keys()) {
      if (this.heads.size <= MOST_STREAMS) return;
      this.heads.delete(stream);
    }
  }

  clear(): void {
    this.heads.clear();
  }
}
