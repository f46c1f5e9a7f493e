import type { Appended } from '../event-store.port.js';
import { WrongExpectedRevisionError } from '../event-store.errors.js';
import type { PreparedAppend } from './prepared-append.js';
import type { StoredAppend } from './stored-append.js';
import { decode } from './stored-append.js';

/** Where a stream stands: its last event. */
export interface StreamHead {
  readonly revision: number;
  readonly position: number;
}

/** Write it, or answer with a place because nothing is to be written. */
export type Verdict = { readonly write: true; readonly revision: number } | { readonly write: false; readonly already: Appended };

/**
 * The one rule of expected revisions and repeats, for every log of ours.
 *
 * A repeat is a whole append once more: the same ids at the same expected revision, whatever came later. Part of one, one
 * and something more, or two together are conflicts, because their caller has decided on something that is not there.
 *
 * @throws WrongExpectedRevisionError
 */
export function judge(append: PreparedAppend, head: StreamHead | undefined, appendAt: (revision: number) => StoredAppend | undefined): Verdict {
  const stands = head?.revision ?? 'none';
  const revision = append.expected === 'none' ? 0 : append.expected + 1;
  if (stands === append.expected) {
    return append.ids.length > 0 ? { write: true, revision } : { write: false, already: placeOf(head) };
  }
  const original = append.ids.length > 0 ? appendAt(revision) : undefined;
  if (original !== undefined && holds(original, append.ids)) return { write: false, already: lastPlaceOf(original) };
  throw new WrongExpectedRevisionError(append.stream, append.expected, stands);
}

/** The place of an append's last event. */
export function lastPlaceOf({ revision, position, count }: Pick<StoredAppend, 'revision' | 'position' | 'count'>): Appended {
  return { revision: revision + count - 1, position: BigInt(position + count - 1) };
}

/** A stream without events stands before its revision 0 and before every position. */
function placeOf(head: StreamHead | undefined): Appended {
  return head === undefined ? { revision: -1, position: 0n } : { revision: head.revision, position: BigInt(head.position) };
}

function holds(original: StoredAppend, ids: readonly string[]): boolean {
  return original.count === ids.length && decode(original).every(({ id }, index) => id === ids[index]);
}
