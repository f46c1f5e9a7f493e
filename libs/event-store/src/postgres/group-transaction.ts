import type { Appended } from '../event-store.port.js';
import { CorruptLogError, StoreUnavailableError, WrongExpectedRevisionError } from '../event-store.errors.js';
import type { StreamHead } from '../log/append-rule.js';
import { judge, lastPlaceOf } from '../log/append-rule.js';
import type { PreparedAppend } from '../log/prepared-append.js';
import type { StoredAppend } from '../log/stored-append.js';
import type { Connection } from './connection.js';
import type { LogEnd } from './log-end.js';
import type { Heads, PostgresLog } from './postgres-log.js';
import { beginAlone } from './schema.js';

/** What one append of a group comes to, once the group is committed. */
export type Outcome = { readonly appended: Appended } | { readonly refused: Error };

export interface GroupResult {
  readonly outcomes: readonly Outcome[];
  /** In log order, right behind each other, from `before + 1` on. */
  readonly written: readonly StoredAppend[];
  /** Where the log ended before. */
  readonly before: number;
}

export interface LogInSchema {
  readonly log: PostgresLog;
  readonly schema: string;
  /** On which those who follow the log are told that it has grown. */
  readonly channel: string;
  readonly end: LogEnd;
}

type Drafted = StoredAppend & PreparedAppend;

/**
 * Writes a group of appends in one transaction, in two steps to the database and back: lock and look, then write and commit. Each
 * append is checked against where its stream stands under the lock, so that one that is refused leaves its neighbours unharmed.
 *
 * It throws when nobody knows whether the transaction came about; then nothing of it may leave, neither a success nor a conflict
 * (which may rest on a neighbour that was never committed). The same group once more finds out.
 */
export async function commitGroup(connection: Connection, place: LogInSchema, group: readonly PreparedAppend[]): Promise<GroupResult> {
  const { log, schema, channel, end } = place;
  const { known } = end;
  const streams = [...new Set(group.map(({ stream }) => stream))];
  const [, heads] = await Promise.all([connection.run(beginAlone(schema)), log.heads(connection, streams)]);
  end.check(heads.log, known);
  const draft = new Draft(heads, await originals(connection, log, group, heads));
  const outcomes = group.map((append) => draft.outcomeOf(append));
  if (draft.written.length === 0) await connection.run('ROLLBACK');
  else await write(connection, log, draft.written, channel);
  return { outcomes, written: draft.written, before: heads.log };
}

async function write(connection: Connection, log: PostgresLog, written: readonly Drafted[], channel: string): Promise<void> {
  const [, command] = await Promise.all([log.add(connection, written), connection.run(`NOTIFY ${channel}; COMMIT`)]);
  if (command !== 'COMMIT') throw new StoreUnavailableError(`the database answered a COMMIT with ${command}`);
}

/** Whoever does not expect what is there may be repeating: what lies at its place is compared with it. */
async function originals(connection: Connection, log: PostgresLog, group: readonly PreparedAppend[], { streams }: Heads): Promise<readonly StoredAppend[]> {
  const places = group
    .filter(({ stream, expected, ids }) => ids.length > 0 && (streams.get(stream)?.revision ?? 'none') !== expected)
    .map(({ stream, expected }) => ({ stream, revision: revisionAfter(expected) }));
  return places.length === 0 ? [] : log.appendsAt(connection, places);
}

function revisionAfter(expected: PreparedAppend['expected']): number {
  return expected === 'none' ? 0 : expected + 1;
}

class Draft {
  readonly written: Drafted[] = [];
  private readonly heads: Map<string, StreamHead>;
  private readonly appends = new Map<string, StoredAppend>();
  private position: number;

  constructor({ log, streams }: Heads, found: readonly StoredAppend[]) {
    this.position = log;
    this.heads = new Map(streams);
    for (const append of found) this.appends.set(placeKey(append.stream, append.revision), append);
  }

  outcomeOf(append: PreparedAppend): Outcome {
    try {
      const verdict = judge(append, this.heads.get(append.stream), (revision) => this.appends.get(placeKey(append.stream, revision)));
      return { appended: verdict.write ? this.write(append, verdict.revision) : verdict.already };
    } catch (error) {
      // The fault of this append or of its stream alone; anything else is the transaction's.
      if (error instanceof WrongExpectedRevisionError || error instanceof CorruptLogError) return { refused: error };
      throw error;
    }
  }

  private write(append: PreparedAppend, revision: number): Appended {
    const drafted = { ...append, position: this.position + 1, count: append.ids.length, revision };
    this.written.push(drafted);
    this.appends.set(placeKey(append.stream, revision), drafted);
    this.position += drafted.count;
    this.heads.set(append.stream, { revision: revision + drafted.count - 1, position: this.position });
    return lastPlaceOf(drafted);
  }
}

/** A stream's name holds no space. */
function placeKey(stream: string, revision: number): string {
  return `${stream} ${revision}`;
}
