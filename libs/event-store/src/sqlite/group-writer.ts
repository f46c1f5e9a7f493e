import type { Appended } from '../event-store.port.js';
import type { PreparedAppend } from '../log/prepared-append.js';
import type { StoredAppend } from '../log/stored-append.js';
import type { GroupResult } from './group-transaction.js';
import { commitGroup } from './group-transaction.js';
import { HeadCache } from './head-cache.js';
import type { SqliteLog } from './sqlite-log.js';
import { inOurWords } from './sqlite.errors.js';

/** Bounds on one transaction, so that it holds up the event loop for a few milliseconds, not for as long as the queue is. */
const MOST_APPENDS = 500;
const MOST_EVENTS = 4_000;
const MOST_CHARACTERS = 4 * 1024 * 1024;

interface Pending {
  readonly append: PreparedAppend;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The one writer: what arrives during a turn of the event loop goes to disk together. On a fast disk that was worth eight
 * times over a commit an append; no timer is in the way, because even one of a millisecond doubled the hand-off.
 */
export class GroupWriter {
  private readonly heads = new HeadCache();
  private queue: Pending[] = [];
  private scheduled = false;
  private whenIdle: (() => void)[] = [];

  /** `onCommit` is told after COMMIT, and only when something was written. */
  constructor(private readonly log: SqliteLog, private readonly onCommit: (written: readonly StoredAppend[]) => void) {}

  append(append: PreparedAppend): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.queue.push({ append, resolve, reject });
      this.schedule();
    });
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    if (this.queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.whenIdle.push(resolve));
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.writeGroup();
      if (this.queue.length > 0) this.schedule();
      else for (const resolve of this.whenIdle.splice(0)) resolve();
    });
  }

  private writeGroup(): void {
    const group = this.takeGroup();
    let result: GroupResult;
    try {
      result = commitGroup(this.log, this.heads, group.map(({ append }) => append));
    } catch (error) {
      this.abandon(group, error);
      return;
    }
    result.outcomes.forEach((outcome, index) => {
      const { resolve, reject } = group[index]!;
      if ('appended' in outcome) resolve(outcome.appended);
      else reject(outcome.refused);
    });
    if (result.written.length > 0) this.onCommit(result.written);
  }

  private takeGroup(): Pending[] {
    let events = 0;
    let characters = 0;
    const cut = this.queue.findIndex(({ append }, index) => {
      events += append.ids.length;
      characters += append.events.length;
      return index > 0 && (index >= MOST_APPENDS || events > MOST_EVENTS || characters > MOST_CHARACTERS);
    });
    return this.queue.splice(0, cut === -1 ? this.queue.length : cut);
  }

  /** What was cached may be ahead of the log now, so it goes; a transaction that cannot be ended now is ended before the next. */
  private abandon(group: readonly Pending[], error: unknown): void {
    this.heads.clear();
    try {
      this.log.endTransaction();
    } catch {
      // The same disk, still failing: `commitGroup` and every read begin by ending what is open.
    }
    const told = inOurWords(error, 'nothing was appended');
    for (const { reject } of group) reject(told);
  }
}
