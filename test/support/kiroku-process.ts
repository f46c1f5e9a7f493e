import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { environmentWith, type Injection } from './injection.js';

/** The command as users call it. `npm test` has built what it runs. */
export const KIROKU = fileURLToPath(new URL('../../bin/kiroku', import.meta.url));

/** A server or an agent as a process of its own, in a process group of its own. */
export class KirokuProcess {
  private readonly lines: string[] = [];
  private readonly ended: Promise<unknown>;
  /** Its log has all that it said. */
  readonly fellSilent: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    this.ended = once(child, 'exit');
    this.fellSilent = once(child, 'close');
  }

  /** Starts it, with nothing of this environment's KIROKU_ variables. What it logs goes to a file. */
  static start(args: readonly string[], { cwd, log, inject = [] }: { cwd: string; log: string; inject?: readonly Injection[] }): KirokuProcess {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KIROKU_') && name !== 'NODE_OPTIONS'));
    const child = spawn(KIROKU, args, { cwd, env: { ...env, ...environmentWith(inject) }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const started = new KirokuProcess(child);
    child.stderr.on('data', (chunk: Buffer) => appendFileSync(log, chunk));
    createInterface({ input: child.stdout }).on('line', (line) => started.lines.push(line));
    return started;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  get exitCode(): number | null {
    return this.child.exitCode;
  }

  /** Everything it printed on stdout. */
  printed(): readonly string[] {
    return this.lines;
  }

  /** To the process and its group: nothing of it gets a chance to tidy up. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.isAlive && this.pid > 0) process.kill(-this.pid, signal);
    await this.ended;
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }
}
