import type { StoredAppend } from './stored-append.js';

/** Enough for readers that follow closely; whoever is further behind reads the log itself. */
const MOST_APPENDS = 2_000;
const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * The newest committed appends, without a gap up to the end of the log: those who follow closely are served from here, without
 * a query and without parsing again what this process has just turned into text.
 */
export class RecentAppends {
  private appends: StoredAppend[] = [];
  private characters = 0;

  /** Only after COMMIT, in log order. */
  add(committed: readonly StoredAppend[]): void {
    for (const append of committed) {
      this.appends.push(append);
      this.characters += append.events?.length ?? 0;
    }
    if (this.appends.length > MOST_APPENDS || this.characters > MOST_CHARACTERS) this.forgetOldest();
  }

  /** After somebody else has committed: what is kept would end before the log does. */
  clear(): void {
    this.appends = [];
    this.characters = 0;
  }

  /** As `LogSource.page`, or undefined when the first position lies further back than what is kept. */
  page(from: number, limit: number, prefixes: readonly string[] | undefined): readonly StoredAppend[] | undefined {
    const start = this.appends.findLastIndex(({ position }) => position <= from);
    if (this.appends[start]?.position !== from) return undefined;
    const page = this.appends.slice(start, start + limit);
    if (prefixes === undefined) return page;
    return page.map((append) => (prefixes.some((prefix) => append.stream.startsWith(prefix)) ? append : { ...append, events: null }));
  }

  /** Half at a time, so that forgetting costs little an append. */
  private forgetOldest(): void {
    let kept = 0;
    let count = 0;
    while (count < this.appends.length && count < MOST_APPENDS / 2 && kept <= MOST_CHARACTERS / 2) {
      count += 1;
      kept += this.appends.at(-count)?.events?.length ?? 0;
    }
    this.appends = this.appends.slice(this.appends.length - count);
    this.characters = kept;
  }
}
