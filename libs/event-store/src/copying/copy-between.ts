import { existsSync } from 'node:fs';
import type { MovableEventStore } from '../movable-event-store.port.js';
import { openStore } from '../open-store.js';
import { type CopyProgress, type CopyResult, copyLog } from './copy-log.js';
import { CopyRefusedError } from './copying.errors.js';

export interface CopyBetweenOptions {
  /** As `openStore` takes them. */
  readonly from: string;
  readonly to: string;
  /** A person says that no server uses the source, though the log does not. */
  readonly sourceStopped: boolean;
  readonly onProgress: (progress: CopyProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Opens both stores, copies the one log into the other, and closes them. Nobody waits here for a store that cannot be had now: it is refused.
 *
 * A file is locked while it is open, so nobody else can write to it; a database may be written to by any server.
 *
 * @throws CopyRefusedError, CopyStoppedError, CopyDiffersError, and what the stores throw, none of which repeats a password
 */
export async function copyBetween({ from, to, sourceStopped, onProgress, signal }: CopyBetweenOptions): Promise<CopyResult> {
  const isFile = from.startsWith('sqlite:');
  if (from === to) throw new CopyRefusedError('the source and the target are the same');
  // Opening would make one.
  if (isFile && !existsSync(from.slice('sqlite:'.length))) throw new CopyRefusedError(`there is no log at ${from.slice('sqlite:'.length)}`);
  const source = await openNow(from, 'source', signal);
  try {
    const target = await openNow(to, 'target', signal);
    try {
      return await copyLog({ from: source, to: target, sourceIsAlone: isFile || sourceStopped, onProgress, signal });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

function openNow(url: string, which: string, signal: AbortSignal): Promise<MovableEventStore> {
  const refused = new AbortController();
  const onWaiting = (sentence: string): void => refused.abort(new CopyRefusedError(`the ${which} cannot be had now, is a server using it? (${sentence})`));
  return openStore(url, { signal: AbortSignal.any([signal, refused.signal]), onWaiting });
}
