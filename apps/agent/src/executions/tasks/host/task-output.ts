import { closeSync, fsync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';

const syncToDisk = promisify(fsync);

/**
 * One output file of an execution, where a command would have it. It is made by the first write: a task that says nothing touches no disk.
 * Writes are synchronous, so that what a task said before its process died is there.
 */
export class TaskOutput {
  #fd: number | undefined;
  #stream: Writable | undefined;
  #isClosed = false;

  constructor(private readonly directory: string, private readonly name: 'stdout' | 'stderr') {}

  get isWritten(): boolean {
    return this.#fd !== undefined;
  }

  /** For libraries that want one. */
  get stream(): Writable {
    return this.#stream ??= new Writable({
      decodeStrings: true,
      write: (chunk: Buffer, _encoding, done) => {
        try {
          this.write(chunk);
          done();
        } catch (error) {
          done(error as Error);
        }
      },
    });
  }

  /** What comes after the task has settled is nobody's any more: it is dropped, as the report with the file's hash is on its way. */
  write(chunk: string | Uint8Array): void {
    if (this.#isClosed) return;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (bytes.length === 0) return;
    const fd = this.#fd ??= this.#open();
    for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
  }

  /** Takes no more; resolves when what is there is on the disk. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#fd === undefined) return;
    try {
      await syncToDisk(this.#fd);
    } finally {
      closeSync(this.#fd);
    }
  }

  #open(): number {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    return openSync(join(this.directory, this.name), 'a', 0o644);
  }
}
