import { fdatasync, write } from 'node:fs';
import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import type { JournalFile, JournalFiles } from './journal-files.port.js';

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
  open: async (path, mode) => fileOf(await open(path, mode === 'create' ? 'w' : 'r+', 0o600)),
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
  return {
    write: (bytes, at) => writeAll(handle.fd, bytes, at),
    truncate: (length) => handle.truncate(length),
    sync: () => new Promise((resolve, reject) => fdatasync(handle.fd, (error) => error === null ? resolve() : reject(error))),
    close: () => handle.close(),
  };
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
