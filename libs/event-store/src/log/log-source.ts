import type { StoredAppend } from './stored-append.js';

/** What reading needs of a log of ours. Everything is synchronous and sees only what is committed. */
export interface LogSource {
  /** The first position of the append that holds `position`, or of the last one before it; 1 where there is none. */
  startOf(position: number): number;

  /** Appends from a first position on, in log order. Those of other streams than the prefixes name come without events. */
  page(from: number, limit: number, prefixes: readonly string[] | undefined): readonly StoredAppend[];

  /** As `startOf`, for revisions of a stream; undefined for a stream without events. */
  streamStartOf(stream: string, revision: number): number | undefined;

  streamPage(stream: string, from: number, limit: number): readonly StoredAppend[];
}
