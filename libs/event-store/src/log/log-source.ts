import type { StoredAppend } from './stored-append.js';

/** A log on this machine answers at once, one behind a network later. */
type Answer<Value> = Value | Promise<Value>;

/** What reading needs of a log of ours. Everything sees only what is committed. */
export interface LogSource {
  /** The first position of the append that holds `position`, or of the last one before it; 1 where there is none. */
  startOf(position: number): Answer<number>;

  /** Appends from a first position on, in log order. Those of other streams than the prefixes name come without events. */
  page(from: number, limit: number, prefixes: readonly string[] | undefined): Answer<readonly StoredAppend[]>;

  /** As `startOf`, for revisions of a stream; undefined for a stream without events. */
  streamStartOf(stream: string, revision: number): Answer<number | undefined>;

  streamPage(stream: string, from: number, limit: number): Answer<readonly StoredAppend[]>;
}
