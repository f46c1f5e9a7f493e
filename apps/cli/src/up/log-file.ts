import { mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Two of them at most: the current one and the one before. */
const LARGEST_LOG_BYTES = 50 * 1024 * 1024;

/** Opens a log to append to; one that has grown large is put aside first. The caller closes the descriptor. */
export function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LARGEST_LOG_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

/** The last thing that was said for people; everything else in a log is a line of JSON. Empty when there is none. */
export function lastWords(path: string): string {
  try {
    return readFileSync(path, 'utf8').split('\n').findLast((line) => line.startsWith('kiroku: '))?.slice('kiroku: '.length) ?? '';
  } catch {
    return '';
  }
}
