import { constants, fdatasync, write } from 'node:fs';
import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import type { JournalFile, JournalFiles } from './journal-files.port.js';

/** A write is durable when it returns: one trip to a thread for a record instead of two, a sixth less (docs/performance.md). */
const FLAGS = constants.O_RDWR | constants.O_DSYNC;

/** The real file system. */
export const nodeJournalFiles: JournalFiles = {
  async read(path) {
    try {
      return await readFile(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  },
  open: async (path, mode) => fileOf(await open(path, FLAGS | (mode === 'create' ? constants.O_CREAT | constants.O_TRUNC : 0), 0o600)),
  rename,
  remove: (path) => rm(path, { force: true }),
  async syncDirectory(path) {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};

/** Callbacks instead of the handle's promises: this stands between every dispatch and its process. */
function fileOf(handle: FileHandle): JournalFile {
  // What others left in it, and a change of its length, are not durable by our writes.
  let isSyncDue = true;
  return {
    write: (bytes, at) => writeAll(handle.fd, bytes, at),
    truncate: (length) => {
      isSyncDue = true;
      return handle.truncate(length);
    },
    async sync() {
      if (isSyncDue) await sync(handle.fd);
      isSyncDue = false;
    },
    close: () => handle.close(),
  };
}

function sync(fd: number): Promise<void> {
  return new Promise((resolve, reject) => fdatasync(fd, (error) => error === null ? resolve() : reject(error)));
}

/** A full disk takes a part first: the rest is asked for again, so that the error comes out. */
function writeAll(fd: number, bytes: Uint8Array, at: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (done: number): void => write(fd, bytes, done, bytes.length - done, at + done, (error, written) => {
      if (error !== null) return reject(error);
      return done + written === bytes.length ? resolve() : next(done + written);
    });
    next(0);
  });
}
