import type { Position, ReadFilter, RecordedEvent } from '../event-store.port.js';
import { CorruptLogError } from '../event-store.errors.js';
import type { LogSource } from './log-source.js';
import { PageSize } from './page-size.js';
import type { StoredAppend } from './stored-append.js';
import { decode } from './stored-append.js';

const EVENTS_PER_BATCH = 500;

/** A few large appends make a batch as well: half a MiB each, 500 of them would be 250 MiB in memory at once. */
const CHARACTERS_PER_BATCH = 1024 * 1024;

/** One step through the log; `batch` may be empty where the filter left everything out. */
export interface Step {
  readonly batch: readonly RecordedEvent[];
  readonly more: boolean;
}

/** A reader's place in the log. It counts every append it passes, also those that a filter leaves out, so that a gap shows. */
export class LogCursor {
  private readonly after: number;
  private readonly types: ReadonlySet<string> | undefined;
  private readonly size = new PageSize();
  private page: readonly StoredAppend[] = [];
  private index = 0;
  private wasFull = false;
  private expected: number | undefined;

  constructor(private readonly source: LogSource, after: Position | undefined, private readonly filter: ReadFilter | undefined) {
    this.after = Number(after ?? 0n);
    this.types = filter?.types && new Set(filter.types);
  }

  /** The next batch, made of at least one append if there is one. @throws CorruptLogError */
  async next(): Promise<Step> {
    if (this.index === this.page.length) await this.turnPage();
    const batch: RecordedEvent[] = [];
    let characters = 0;
    for (; this.index < this.page.length; this.index += 1) {
      const append = this.page[this.index]!;
      if (append.events === null) continue;
      characters += append.events.length;
      if (batch.length > 0 && (batch.length + append.count > EVENTS_PER_BATCH || characters > CHARACTERS_PER_BATCH)) break;
      this.take(append, batch);
    }
    return { batch, more: this.index < this.page.length || this.wasFull };
  }

  /** One that fails may be tried again: nothing has changed until the page is there. */
  private async turnPage(): Promise<void> {
    let expected = this.expected ?? await this.source.startOf(this.after + 1);
    const limit = this.size.appends;
    const page = await this.source.page(expected, limit, this.filter?.streamPrefixes);
    for (const { position, count } of page) {
      if (position !== expected || count < 1) throw new CorruptLogError(`the log has a gap: position ${expected} is followed by ${position}`);
      expected += count;
    }
    this.page = page;
    this.index = 0;
    this.wasFull = page.length === limit;
    this.expected = expected;
    this.size.learn(page);
  }

  /** An append may lie across `after`, and only part of it may have a wanted type. */
  private take(append: StoredAppend, batch: RecordedEvent[]): void {
    const skip = Math.max(0, this.after + 1 - append.position);
    if (skip >= append.count) return;
    for (const [index, event] of decode(append).entries()) {
      if (index >= skip && (this.types === undefined || this.types.has(event.type))) batch.push(event);
    }
  }
}
