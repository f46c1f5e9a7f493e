import type { JournalFile, JournalFiles } from '../journal-files.port.js';

interface Content { cached: Buffer; durable: Buffer }

/** What survives: of a power failure only what was synced; of a killed process all that was written. */
export type Outage = 'power' | 'process';

/**
 * A file system in memory that knows what a power failure would leave, and fails or stops at the step it is told to. A SIGKILL cannot
 * show a missing sync, this does.
 */
export class VolatileFiles implements JournalFiles {
  #names = new Map<string, Content>();
  #durableNames = new Map<string, Content>();
  readonly steps: string[] = [];
  /** Called before each step with its name; what it throws is the step's error. */
  before: (step: string) => void = () => undefined;
  /** No file grows beyond it. */
  capacity = Infinity;
  /** While set, a sync waits for it. */
  syncGate: Promise<void> | undefined;

  /** The file system that the next start finds. */
  after(outage: Outage): VolatileFiles {
    const next = new VolatileFiles();
    for (const [path, content] of outage === 'power' ? this.#durableNames : this.#names) {
      const bytes = Buffer.from(outage === 'power' ? content.durable : content.cached);
      const copy = { cached: bytes, durable: bytes };
      next.#names.set(path, copy);
      next.#durableNames.set(path, copy);
    }
    return next;
  }

  content(path: string): Buffer | undefined {
    return this.#names.get(path)?.cached;
  }

  put(path: string, bytes: Buffer): void {
    const content = { cached: bytes, durable: bytes };
    this.#names.set(path, content);
    this.#durableNames.set(path, content);
  }

  get names(): string[] {
    return [...this.#names.keys()];
  }

  async read(path: string): Promise<Buffer | undefined> {
    return this.content(path);
  }

  async open(path: string, mode: 'create' | 'existing'): Promise<JournalFile> {
    this.#step(`open ${mode}`);
    const content = mode === 'existing' ? this.#names.get(path) : { cached: Buffer.alloc(0), durable: Buffer.alloc(0) };
    if (content === undefined) throw new Error(`ENOENT ${path}`);
    this.#names.set(path, content);
    return this.#fileOf(content);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step('rename');
    const content = this.#names.get(from);
    if (content === undefined) throw new Error(`ENOENT ${from}`);
    this.#names.delete(from);
    this.#names.set(to, content);
  }

  async remove(path: string): Promise<void> {
    this.#names.delete(path);
  }

  async syncDirectory(): Promise<void> {
    this.#step('sync directory');
    this.#durableNames = new Map(this.#names);
  }

  #fileOf(content: Content): JournalFile {
    return {
      write: async (bytes, at) => {
        this.#step('write');
        if (at + bytes.length > Math.max(this.capacity, content.cached.length)) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        const size = Math.max(content.cached.length, at + bytes.length);
        const next = Buffer.alloc(size);
        content.cached.copy(next);
        next.set(bytes, at);
        content.cached = next;
      },
      truncate: async (length) => {
        this.#step('truncate');
        content.cached = Buffer.from(content.cached.subarray(0, length));
      },
      sync: async () => {
        const written = content.cached;
        await this.syncGate;
        this.#step('sync');
        content.durable = written;
      },
      close: async () => undefined,
    };
  }

  #step(name: string): void {
    this.before(name);
    this.steps.push(name);
  }
}
