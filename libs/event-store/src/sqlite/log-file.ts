import { existsSync, statSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CorruptLogError } from '../event-store.errors.js';
import { refuseNetworkFileSystem } from './network-file-system.js';

/**
 * Sees to it that the file is there, durably and readable for its owner only.
 *
 * Beware: POSIX takes every lock on a file from a process that closes any descriptor of it. So nobody in this process may
 * open an existing log but SQLite: no check of its header, no copy. (An exclusive create fails without opening.)
 */
export async function provideLogFile(file: string): Promise<void> {
  const directory = dirname(resolve(file));
  await refuseNetworkFileSystem(nearestExisting(directory));
  const firstMade = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (await createExclusively(file)) await syncUpTo(directory, firstMade === undefined ? directory : dirname(firstMade));
  refuseEmptied(file);
}

async function createExclusively(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.sync();
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A new name is durable when the directory that holds it is; a new directory's name when its parent is. */
async function syncUpTo(directory: string, last: string): Promise<void> {
  const handle = await open(directory, 'r');
  await handle.sync();
  await handle.close();
  if (directory !== last) await syncUpTo(dirname(directory), last);
}

/**
 * An empty file is a new one, unless a WAL lies beside it: then it was emptied, and SQLite would throw the WAL away.
 * The WAL is looked for first: another process that creates the log right now writes the file before it.
 */
function refuseEmptied(file: string): void {
  const hasWal = existsSync(`${file}-wal`);
  if (hasWal && statSync(file).size === 0) throw new CorruptLogError(`${file} is empty, but a write-ahead log lies beside it`);
}

function nearestExisting(directory: string): string {
  return existsSync(directory) ? directory : nearestExisting(dirname(directory));
}
