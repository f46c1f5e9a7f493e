import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Retention } from './keeper-options.js';
import { directoryName } from './process/execution-directory.js';

/**
 * Removes directories of forgotten executions: all but the newest, and what is too old. Only what the journal names as
 * forgotten is ever touched; a directory that it does not know may be of a job that runs.
 * @param forgotten oldest first
 */
export async function sweep(root: string, forgotten: readonly string[], { newest, maxAgeMs }: Retention, now: Date): Promise<void> {
  const present = new Set(await readdir(root));
  const names = forgotten.map(directoryName);
  for (const [index, name] of names.entries()) {
    if (!present.has(name)) continue;
    const path = join(root, name);
    const isSurplus = index < names.length - newest;
    if (isSurplus || (await stat(path)).mtimeMs < now.getTime() - maxAgeMs) await rm(path, { recursive: true, force: true });
  }
}
