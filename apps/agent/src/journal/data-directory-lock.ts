import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, existsSync, linkSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { currentBootId, identityOf, isAlive } from '../executions/process/proc.js';
import { DataDirectoryCopiedError, DataDirectoryInUseError } from './journal.errors.js';

const LOCK = /^lock\.([0-9]+)$/;
/** Whose it is, for people; then what names that process for ever. Blank when the lock is released, left as it is by a process that was killed. */
const OWNER = 'lock.owner';
/** It is always as long and written in its place: an agent has to start on a full disk, too, to deliver what it holds. */
const OWNER_BYTES = 128;
const UNKNOWN = 'process unknown';

/**
 * One agent per data directory. Node has no flock, and a pid says nothing (it is used again, and means another process in another
 * container), so the lock is a FIFO that its owner holds open for writing: the kernel closes it with the process, whatever
 * kills it, and a reader sees at once whether a writer is left.
 *
 * Every owner takes the next number with an exclusive link after it saw that the newest has no writer, so the owner's is always the newest
 * and nobody ever removes or replaces a name that could be alive.
 *
 * A copy has no FIFO that anybody holds, but it names its owner. Where that very process lives on this host, it works in the original: what a
 * copy would start, end or report is its.
 *
 * @returns what releases it
 * @throws DataDirectoryInUseError when another process, or this one, holds it
 * @throws DataDirectoryCopiedError when it is a copy of one that is held
 */
export function lockDataDirectory(directory: string): () => void {
  const own = join(directory, `lock.new.${randomUUID()}`);
  execFileSync('mkfifo', ['-m', '600', own]);
  const fd = openSync(own, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    const number = take(directory, own);
    if (ownerLives(directory)) throw new DataDirectoryCopiedError(directory, ownerOf(directory));
    writeOwner(directory, `process ${process.pid}\n${currentBootId()} ${identityOf(process.pid)?.startTime}\n`);
    for (const older of numbersIn(directory)) if (older < number) rmSync(nameOf(directory, older), { force: true });
    // The name stays: if numbers went back, two that looked at different times could each take one.
    return () => {
      // Before it is let go: what stands there afterwards is the next one's.
      try {
        writeOwner(directory, '');
      } catch {
        // The end of this process says it, too.
      }
      closeSync(fd);
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function take(directory: string, own: string): number {
  for (;;) {
    const newest = Math.max(0, ...numbersIn(directory));
    if (newest > 0 && hasWriter(nameOf(directory, newest))) throw new DataDirectoryInUseError(directory, ownerOf(directory));
    const number = newest + 1;
    if (!linked(own, nameOf(directory, number))) continue;
    // Somebody may have taken a later number, and removed this one, while we looked at an older owner.
    if (Math.max(...numbersIn(directory)) === number) return number;
    rmSync(nameOf(directory, number), { force: true });
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function numbersIn(directory: string): number[] {
  return readdirSync(directory).map((name) => Number(LOCK.exec(name)?.[1] ?? 0)).filter((number) => number > 0);
}

function nameOf(directory: string, number: number): string {
  return join(directory, `lock.${number}`);
}

function writeOwner(directory: string, text: string): void {
  const path = join(directory, OWNER);
  try {
    const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
    try {
      writeSync(fd, text.padEnd(OWNER_BYTES), 0);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new Error(`${path} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

function ownerOf(directory: string): string {
  try {
    return /^process [0-9]+$/m.exec(readFileSync(join(directory, OWNER), 'latin1'))?.[0] ?? UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

/** Asked by who has the lock: nobody who lives can have had it but in another directory. */
function ownerLives(directory: string): boolean {
  if (!existsSync(join(directory, OWNER))) return false;
  const [, pid, bootId, startTime = ''] = /^process ([0-9]+)\n(\S+) ([0-9]+)\n *$/.exec(readFileSync(join(directory, OWNER), 'latin1')) ?? [];
  return pid !== undefined && bootId === currentBootId() && isAlive({ pid: Number(pid), startTime });
}

/** True while any process holds the FIFO open for writing. What lies in it is read away: it only ever wakes. */
export function hasWriter(fifo: string): boolean {
  let fd: number;
  try {
    fd = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  try {
    return readsNoEnd(fd);
  } finally {
    closeSync(fd);
  }
}

function readsNoEnd(fd: number): boolean {
  const sink = Buffer.alloc(4096);
  for (;;) {
    try {
      if (readSync(fd, sink) === 0) return false;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return true;
      throw error;
    }
  }
}
