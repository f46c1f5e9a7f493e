import type { Appended } from '../event-store.port.js';
import { CorruptLogError, WrongExpectedRevisionError } from '../event-store.errors.js';
import { judge } from '../log/append-rule.js';
import type { PreparedAppend } from '../log/prepared-append.js';
import type { StoredAppend } from '../log/stored-append.js';
import type { HeadCache } from './head-cache.js';
import type { SqliteHead, SqliteLog } from './sqlite-log.js';

/** What one append of a group comes to, once the group is committed. */
export type Outcome = { readonly appended: Appended } | { readonly refused: Error };

/** What a committed group comes to. */
export interface GroupResult {
  readonly outcomes: readonly Outcome[];
  /** In log order. */
  readonly written: readonly StoredAppend[];
}

/**
 * Writes a group of appends in one transaction. Each is checked against where its stream stands in that transaction, so that
 * two of one group see each other, and one that is refused leaves its neighbours unharmed.
 *
 * It throws when the transaction did not come about; then nothing of it may leave, neither a success nor a conflict (which
 * may rest on a neighbour that was never committed).
 */
export function commitGroup(log: SqliteLog, heads: HeadCache, group: readonly PreparedAppend[]): GroupResult {
  log.endTransaction();
  log.begin();
  const draft = new Draft(log, heads);
  const outcomes = group.map((append) => draft.outcomeOf(append));
  log.commit();
  heads.adopt(draft.heads);
  return { outcomes, written: draft.written };
}

class Draft {
  readonly heads = new Map<string, SqliteHead>();
  readonly written: StoredAppend[] = [];
  private position: number;

  constructor(private readonly log: SqliteLog, private readonly committed: HeadCache) {
    this.position = log.head();
  }

  outcomeOf(append: PreparedAppend): Outcome {
    try {
      return { appended: this.place(append) };
    } catch (error) {
      // The fault of this append or of its stream alone; anything else is the transaction's.
      if (error instanceof WrongExpectedRevisionError || error instanceof CorruptLogError) return { refused: error };
      throw error;
    }
  }

  private place(append: PreparedAppend): Appended {
    const head = this.heads.get(append.stream) ?? this.committed.get(append.stream) ?? this.log.headOf(append.stream);
    const verdict = judge(append, head, (revision) => this.log.appendAt(append.stream, revision));
    return verdict.write ? this.write(append, head, verdict.revision) : verdict.already;
  }

  private write(append: PreparedAppend, head: SqliteHead | undefined, revision: number): Appended {
    const id = head?.id ?? this.log.addStream(append.stream);
    const count = append.ids.length;
    const position = this.position + 1;
    this.log.add(id, revision, position, append);
    this.written.push({ position, count, stream: append.stream, revision, metadata: append.metadata, events: append.events, given: append.given });
    this.position += count;
    this.heads.set(append.stream, { id, revision: revision + count - 1, position: this.position });
    return { revision: revision + count - 1, position: BigInt(this.position) };
  }
}
