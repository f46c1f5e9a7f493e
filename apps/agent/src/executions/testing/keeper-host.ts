import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Report } from '#protocol/agent-link';
import type { JournalPart } from '../../journal/journal-part.js';
import type { KeeperCall, KeeperHostConfig } from './keeper-call.js';

/** A test's end of a keeper in a process of its own. */
export class KeeperHost {
  readonly #answers = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  readonly #ended: Promise<void>;
  #isEnded = false;
  #calls = 0;
  #open: (isOpen: boolean) => void = () => undefined;
  readonly #opened = new Promise<boolean>((resolve) => { this.#open = resolve; });
  stderr = '';

  private constructor(private readonly child: ChildProcess) {
    this.#ended = new Promise<void>((resolve) => child.once('close', () => resolve())).then(() => this.#end());
    child.stderr?.on('data', (chunk: Buffer) => { this.stderr += String(chunk); });
    child.stdin?.on('error', () => undefined);
    if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => this.#hear(JSON.parse(line) as Line));
  }

  /** Starts one; it may have died already when this resolves, where it is told to crash. */
  static async start(config: KeeperHostConfig): Promise<KeeperHost> {
    const host = KeeperHost.spawn(config);
    if (!await host.#opened && config.crashAt === undefined) throw new Error(`the keeper did not open: ${host.stderr}`);
    return host;
  }

  static spawn(config: KeeperHostConfig): KeeperHost {
    // A group of its own, so that all of the agent dies at once and nothing else does.
    return new KeeperHost(spawn(process.execPath, [driver(), JSON.stringify(config)], { detached: true, stdio: 'pipe' }));
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  async call(call: KeeperCall): Promise<unknown> {
    if (this.#isEnded) throw new Error('the keeper process has ended');
    const id = ++this.#calls;
    const answer = new Promise((resolve, reject) => this.#answers.set(id, { resolve, reject }));
    this.child.stdin?.write(`${JSON.stringify({ id, call })}\n`);
    return answer;
  }

  async reports(): Promise<Report[]> {
    return await this.call({ do: 'reports' }) as Report[];
  }

  async hello(): Promise<JournalPart> {
    return await this.call({ do: 'hello' }) as JournalPart;
  }

  /** SIGKILL to the whole process group, and its end. */
  async kill(): Promise<void> {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
    await this.#ended;
  }

  end(): Promise<void> {
    return this.#ended;
  }

  #hear(line: Line): void {
    if (line.event === 'open') this.#open(true);
    if (line.id === undefined) return;
    const answer = this.#answers.get(line.id);
    this.#answers.delete(line.id);
    if (line.error === undefined) answer?.resolve(line.value);
    else answer?.reject(new Error(line.error));
  }

  #end(): void {
    this.#isEnded = true;
    this.#open(false);
    for (const { reject } of this.#answers.values()) reject(new Error('the keeper process has ended'));
  }
}

interface Line {
  readonly event?: string;
  readonly id?: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** The compiled driver: Node does not run the sources. `node scripts/ready.mjs` builds it. */
function driver(): string {
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, 'package-lock.json'))) root = dirname(root);
  return process.env['KEEPER_DRIVER'] ?? join(root, 'dist/apps/agent/src/executions/testing/keeper.process.js');
}
