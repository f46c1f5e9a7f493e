import { execFile } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Directories made ahead at a time. */
const BATCH = 32;

/**
 * Execution directories made ahead of their use. Node cannot make a FIFO, and a `mkfifo` process for each job would cost a millisecond between
 * dispatch and start; so one makes a batch, and a job's directory comes into being whole, by one rename.
 */
export class DirectoryPool {
  readonly #spares: string[] = [];
  #refill: Promise<void> | undefined;
  #made = 0;

  private constructor(private readonly root: string) {}

  /** Takes over a directory; what a former process left in it was never used and is dropped. */
  static async open(root: string): Promise<DirectoryPool> {
    await rm(root, { recursive: true, force: true });
    await mkdir(root, { mode: 0o700 });
    return new DirectoryPool(root);
  }

  /** Makes sure that there is a directory with `life` and `work` at the path; waits only when no spare one is left. */
  place(path: string): Promise<void> | undefined {
    if (existsSync(path)) return undefined;
    const spare = this.#spares.pop();
    if (this.#spares.length < BATCH / 2) this.refill().catch(() => undefined);
    if (spare === undefined) return this.refill().then(() => this.place(path));
    renameSync(spare, path);
    return undefined;
  }

  refill(): Promise<void> {
    this.#refill ??= this.#make().finally(() => { this.#refill = undefined; });
    return this.#refill;
  }

  async close(): Promise<void> {
    await this.#refill?.catch(() => undefined);
  }

  async #make(): Promise<void> {
    const paths = Array.from({ length: BATCH }, () => join(this.root, String(++this.#made)));
    for (const path of paths) await mkdir(join(path, 'work'), { recursive: true, mode: 0o700 });
    await run('mkfifo', ['-m', '600', ...paths.map((path) => join(path, 'life'))]);
    this.#spares.push(...paths);
  }
}
