import type { ExpectedRevision, NewEvent, Position, RecordedEvent } from '../event-store.port.js';
import { WrongExpectedRevisionError } from '../event-store.errors.js';
import { type MovableEventStore, MOST_IN_ORDER, type PlannedAppend, type RecordedAppend } from '../movable-event-store.port.js';
import { AppendWalk } from './append-walk.js';
import { CopyRefusedError, CopyStoppedError } from './copying.errors.js';
import { differenceBetween, textOf } from './difference.js';
import { serversOnRecord } from './servers-on-record.js';
import { type Verified, verifyCopy } from './verify-copy.js';

/** How far a copy is: `position` of `end` in the source. */
export interface CopyProgress {
  readonly phase: 'comparing' | 'copying' | 'verifying';
  /** Events that this phase is through with. */
  readonly events: number;
  readonly position: Position;
  readonly end: Position;
}

export interface CopyOptions {
  readonly from: MovableEventStore;
  readonly to: MovableEventStore;
  /** Whether nobody else can append to the source while this process has it open, or a person has said that nobody does. */
  readonly sourceIsAlone: boolean;
  readonly onProgress?: (progress: CopyProgress) => void;
  /** Ends it between two appends. */
  readonly signal?: AbortSignal | undefined;
}

export interface CopyResult extends Verified {
  /** Events that were in the target already, from a copy that was cut off. */
  readonly found: number;
  readonly copied: number;
}

/**
 * Copies a whole log into an empty store, append by append in log order, and compares the two at the end. One that was cut off goes on: the
 * target then holds the first part of the source, event for event and append for append, and so it is told from every other log.
 *
 * @throws CopyRefusedError when the source is empty or in use, or the target is no first part of it; nothing was written then, or nothing more
 * @throws CopyStoppedError when the signal aborts
 * @throws CopyDiffersError when what was written is not what was read
 * @throws what the stores throw; the same copy once more goes on
 */
export async function copyLog(options: CopyOptions): Promise<CopyResult> {
  const { from, to } = options;
  const end = await from.head();
  if (end === undefined) throw new CopyRefusedError('the source is empty: there is nothing to copy');
  if (!options.sourceIsAlone) await refuseServers(from);
  const source = new AppendWalk(from, end);
  let found: number;
  let copied: number;
  try {
    found = await passWhatIsThere(source, end, options);
    copied = await copyRest(source, end, options);
  } finally {
    await source.close();
  }
  await requireStill(from, end);
  const verified = await verifyCopy({ from, to, end, onEvents: progressOf('verifying', end, options) });
  await requireStill(from, end);
  return { found, copied, ...verified };
}

async function refuseServers(from: MovableEventStore): Promise<void> {
  const servers = await serversOnRecord(from);
  if (servers.length === 0) return;
  throw new CopyRefusedError(`the source may be written: on record as started and not as stopped ${servers.length === 1 ? 'is' : 'are'} ${servers.join(', ')}. `
    + 'Stop it in order (SIGTERM). If it crashed and does not run, say so: --source-stopped');
}

async function requireStill(from: MovableEventStore, end: Position): Promise<void> {
  const now = await from.head();
  if (now === end) return;
  throw new CopyRefusedError(`the source was written while it was copied: it ended at position ${end} and ends at ${now} now. Stop who writes it, and give the same command again: it goes on`);
}

/** Walks through what an earlier copy has left in the target. Answers how many events that are. */
async function passWhatIsThere(source: AppendWalk, end: Position, options: CopyOptions): Promise<number> {
  const target = new AppendWalk(options.to, await options.to.head());
  const progress = progressOf('comparing', end, options);
  let found = 0;
  try {
    for (let there = await target.next(); there !== undefined; there = await target.next()) {
      const original = await source.next();
      if (original === undefined || textOf(original) !== textOf(there)) {
        throw new CopyRefusedError(`the target is neither empty nor the first part of a copy of this source: ${differenceBetween(original, there)}`);
      }
      found += there.length;
      progress(found, last(original).position);
    }
    return found;
  } finally {
    await target.close();
  }
}

async function copyRest(source: AppendWalk, end: Position, options: CopyOptions): Promise<number> {
  const progress = progressOf('copying', end, options);
  let copied = 0;
  for (let group = await nextGroup(source); group.length > 0;) {
    // Read on while these are being written.
    const following = nextGroup(source);
    following.catch(() => undefined);
    await write(options.to, group);
    copied += group.reduce((sum, append) => sum + append.length, 0);
    progress(copied, last(group.at(-1)!).position);
    group = await following;
  }
  return copied;
}

async function write(to: MovableEventStore, group: readonly RecordedAppend[]): Promise<void> {
  try {
    await to.appendInOrder(group.map(planned));
  } catch (error) {
    if (error instanceof WrongExpectedRevisionError) throw new CopyRefusedError(`somebody else writes to the target: ${error.message}`);
    throw error;
  }
}

async function nextGroup(source: AppendWalk): Promise<RecordedAppend[]> {
  const group: RecordedAppend[] = [];
  let events = 0;
  let characters = 0;
  for (let append = await source.peek(); append !== undefined && group.length < MOST_IN_ORDER.appends; append = await source.peek()) {
    events += append.length;
    characters += textOf(append).length;
    if (group.length > 0 && (events > MOST_IN_ORDER.events || characters > MOST_IN_ORDER.characters)) break;
    group.push(append);
    await source.next();
  }
  return group;
}

function planned(append: RecordedAppend): PlannedAppend {
  const { stream, revision } = append[0];
  const expected: ExpectedRevision = revision === 0 ? 'none' : revision - 1;
  return { stream, expected, events: append.map(newEvent) };
}

function newEvent({ id, type, schemaVersion, data, metadata }: RecordedEvent): NewEvent {
  return { id, type, schemaVersion, data, metadata };
}

/** Told after each step; it is also where a copy ends that was told to. */
function progressOf(phase: CopyProgress['phase'], end: Position, { onProgress, signal }: CopyOptions): (events: number, position: Position) => void {
  return (events, position) => {
    onProgress?.({ phase, events, position, end });
    if (signal?.aborted === true) throw new CopyStoppedError(`stopped while ${phase}, at position ${position} of ${end} in the source`);
  };
}

function last(append: RecordedAppend): RecordedEvent {
  return append.at(-1)!;
}
