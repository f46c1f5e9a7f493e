import { join } from 'node:path';
import { askOnce } from '../load/child.mjs';
import { temporaryDirectory } from '../load/product.mjs';

const WRITERS = new URL('append-writers.mjs', import.meta.url);
const LEVELS = [1, 16, 256];

/** The embedded store alone, in a process of its own: `{ '1': ..., '16': ..., '256': ... }` by the number of concurrent writers. */
export async function appends({ appendSeconds, directory: parent }) {
  const levels = {};
  for (const writers of LEVELS) {
    const directory = temporaryDirectory(parent);
    try {
      levels[writers] = await askOnce(WRITERS, { file: join(directory.path, 'log.db'), writers, seconds: appendSeconds });
    } finally {
      directory.remove();
    }
  }
  return levels;
}
