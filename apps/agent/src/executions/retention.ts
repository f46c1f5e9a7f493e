import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeeperLog, Retention } from './keeper-options.js';
import { directoryName } from './process/execution-directory.js';

/** So that an agent with little to do keeps to the age as well, in milliseconds. */
const SWEEP_EVERY_MS = 3_600_000;
const FORGOTTEN_PER_SWEEP = 100;
/** New output worth a sweep of its own, as a part of all that may stay. */
const BYTES_PER_SWEEP = 0.1;

export interface RetentionParts {
  /** Where the executions' directories lie. */
  readonly root: string;
  /** Oldest first. */
  readonly forgotten: () => readonly string[];
  readonly rule: Retention;
  readonly log: KeeperLog;
  readonly now: () => Date;
}

/** Sees to it that the output of forgotten executions does not fill the disk. */
export class OutputRetention {
  #sweeping: Promise<void> | undefined;
  #sweptAt = 0;
  #count = 0;
  #bytes = 0;

  constructor(private readonly parts: RetentionParts) {}

  /** One more is forgotten, with so much output. */
  forgot(bytes: number): void {
    this.#count += 1;
    this.#bytes += bytes;
    if (this.#count >= FORGOTTEN_PER_SWEEP || this.#bytes > BYTES_PER_SWEEP * (this.parts.rule.maxBytes ?? Infinity)) this.sweep();
  }

  /** Called now and then. */
  tick(): void {
    if (performance.now() - this.#sweptAt > SWEEP_EVERY_MS) this.sweep();
  }

  sweep(): void {
    if (this.#sweeping !== undefined) return;
    this.#sweptAt = performance.now();
    this.#count = 0;
    this.#bytes = 0;
    const { root, forgotten, rule, log, now } = this.parts;
    this.#sweeping = sweep(root, forgotten(), rule, now())
      .catch((error: unknown) => log('warn', 'output of forgotten executions could not be removed', { error: String(error) }))
      .finally(() => { this.#sweeping = undefined; });
  }

  async close(): Promise<void> {
    await this.#sweeping;
  }
}

/**
 * Removes directories of forgotten executions: all but the newest, what is too old, and what is beyond the bytes that may stay; the output of
 * the very newest stays however large it is. Only what the journal names as forgotten is ever touched; a directory that it does not know may
 * be of a job that runs. Whoever reads a removed file goes on reading it.
 */
async function sweep(root: string, forgotten: readonly string[], { newest, maxAgeMs, maxBytes = Infinity }: Retention, now: Date): Promise<void> {
  const present = new Set(await readdir(root));
  let kept = 0;
  let bytes = 0;
  for (const [rank, name] of forgotten.map(directoryName).reverse().entries()) {
    if (!present.has(name)) continue;
    const path = join(root, name);
    bytes += await outputBytes(path);
    const isSurplus = rank >= newest || (kept > 0 && bytes > maxBytes);
    if (isSurplus || (await stat(path)).mtimeMs < now.getTime() - maxAgeMs) await rm(path, { recursive: true, force: true });
    else kept += 1;
  }
}

/** What lies in the job's own directory is the job's affair: it goes by age and number. */
async function outputBytes(path: string): Promise<number> {
  const sizes = await Promise.all(['stdout', 'stderr'].map((name) => lstat(join(path, name)).then(({ size }) => size, () => 0)));
  return sizes.reduce((one, other) => one + other);
}
