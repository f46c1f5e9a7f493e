import { setImmediate } from 'node:timers/promises';
import type { Position, ReadFilter, RecordedEvent } from '../event-store.port.js';
import { CorruptLogError, StoreUnavailableError } from '../event-store.errors.js';
import type { CommitSignal } from './commit-signal.js';
import { LogCursor } from './log-cursor.js';
import type { LogSource } from './log-source.js';
import { PageSize } from './page-size.js';
import { decode } from './stored-append.js';

type Batches = AsyncGenerator<readonly RecordedEvent[], void, void>;

export function readAll(source: LogSource, after: Position | undefined, filter: ReadFilter | undefined): Batches {
  return drain(new LogCursor(source, after, filter), () => false);
}

export interface SubscriptionOptions {
  readonly after: Position | undefined;
  readonly filter: ReadFilter | undefined;
  readonly signal: AbortSignal | undefined;
  readonly commits: CommitSignal;
  readonly isClosed: () => boolean;
  /** Where a log can be out of reach for a while: waits a little, and the subscription goes on from its place. */
  readonly pause?: (signal: AbortSignal | undefined) => Promise<void>;
}

/** Reads to the end and waits there for a commit, with the same cursor: there is no switch at which anything could be lost. */
export async function* subscribe(source: LogSource, { after, filter, signal, commits, isClosed, pause }: SubscriptionOptions): Batches {
  const cursor = new LogCursor(source, after, filter);
  const ended = (): boolean => isClosed() || signal?.aborted === true;
  while (!ended()) {
    const seen = commits.count;
    try {
      yield* drain(cursor, ended);
    } catch (error) {
      if (ended()) return;
      if (pause === undefined || !(error instanceof StoreUnavailableError)) throw error;
      await pause(signal);
      continue;
    }
    if (!ended()) await commits.beyond(seen, signal);
  }
}

async function* drain(cursor: LogCursor, ended: () => boolean): Batches {
  while (!ended()) {
    const { batch, more } = await cursor.next();
    if (batch.length > 0) yield batch;
    if (!more) return;
    // A reader that always finds its next batch at once would keep everybody else from the event loop.
    await setImmediate();
  }
}

export async function* readStream(source: LogSource, stream: string, from: number): AsyncGenerator<RecordedEvent, void, void> {
  const size = new PageSize();
  let expected = await source.streamStartOf(stream, from);
  while (expected !== undefined) {
    const limit = size.appends;
    const page = await source.streamPage(stream, expected, limit);
    for (const append of page) {
      if (append.revision !== expected) {
        throw new CorruptLogError(`${stream} has a gap: revision ${expected} is followed by ${append.revision}`);
      }
      for (const event of decode(append)) if (event.revision >= from) yield event;
      expected += append.count;
    }
    if (page.length < limit) return;
    size.learn(page);
    await setImmediate();
  }
}
