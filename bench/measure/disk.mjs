import { closeSync, fdatasyncSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { spreadOf } from './statistics.mjs';

const BLOCK = Buffer.alloc(4096, 1);

/**
 * One write of 4 KiB and one fdatasync, over and over, in milliseconds: inside written space (as the agent's journal does) and at
 * the end of a growing file (where the file system has to write down the new size as well).
 */
export function syncTimes(directory, count) {
  const file = join(directory, 'sync-probe');
  const fd = openSync(file, 'w');
  try {
    writeSync(fd, Buffer.alloc(BLOCK.length * count));
    fsyncSync(fd);
    return { inPlace: times(fd, count, 0), growing: times(fd, count, BLOCK.length * count) };
  } finally {
    closeSync(fd);
    rmSync(file, { force: true });
  }
}

function times(fd, count, from) {
  const taken = [];
  for (let index = 0; index < count; index += 1) {
    const begun = performance.now();
    writeSync(fd, BLOCK, 0, BLOCK.length, from + index * BLOCK.length);
    fdatasyncSync(fd);
    taken.push(performance.now() - begun);
  }
  return spreadOf(taken);
}
