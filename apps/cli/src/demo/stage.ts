import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiClient } from '../client/api-client.js';
import { findCheckout } from '../find-checkout.js';

/** How long a demo waits for one thing to come true. */
const PATIENCE_MS = 60_000;

/** Where the demo plays: a directory of its own, with the real command, real processes, and a real `kill -9`. */
export class Stage {
  readonly directory = mkdtempSync(join(tmpdir(), 'kiroku-demo-'));
  private readonly kiroku = join(findCheckout(import.meta.url), 'bin', 'kiroku');
  private readonly processes = new Map<'server' | 'agent', ChildProcess>();
  private url = 'http://127.0.0.1:0';

  get data(): string {
    return join(this.directory, 'data');
  }

  /** Where jobs of the demo leave a line each time they are executed. */
  get marks(): string {
    return join(this.directory, 'marks');
  }

  get api(): ApiClient {
    return new ApiClient({ url: this.url, token: readFileSync(join(this.data, 'operator.token'), 'utf8').trim(), searched: 'the demo\'s data directory' });
  }

  markLines(): string[] {
    return existsSync(this.marks) ? readFileSync(this.marks, 'utf8').trim().split('\n') : [];
  }

  /** Returns the pid. The port that was given the first time is kept. */
  async startServer(): Promise<number> {
    const { host } = new URL(this.url);
    const { child, line } = await this.start('server', ['server', '--listen', host.includes(':') ? host : `${host}:80`, '--data', this.data], 'listening on ');
    this.url = line.slice('listening on '.length);
    return child.pid ?? 0;
  }

  async startAgent(): Promise<number> {
    const args = ['agent', 'start', '--name', 'local', '--server', this.url, '--data', join(this.data, 'agent-local'), '--slots', '4'];
    return (await this.start('agent', args, 'connected to ')).child.pid ?? 0;
  }

  /** `kill -9`, the whole process group. */
  async kill(name: 'server' | 'agent'): Promise<void> {
    const child = this.processes.get(name);
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, 'SIGKILL');
    await once(child, 'exit');
  }

  /** Asks until it is so; the demo never sleeps for a while and hopes. */
  async until<Fact>(what: string, ask: () => Promise<Fact | undefined> | Fact | undefined): Promise<Fact> {
    const deadline = performance.now() + PATIENCE_MS;
    while (performance.now() < deadline) {
      const fact = await ask();
      if (fact !== undefined) return fact;
      await pause(50);
    }
    throw new Error(`this did not come true: ${what}`);
  }

  async clear(): Promise<void> {
    await Promise.all([this.kill('agent'), this.kill('server')]);
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  private async start(name: 'server' | 'agent', args: readonly string[], ready: string): Promise<{ child: ChildProcess; line: string }> {
    const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('KIROKU_')));
    const log = openSync(join(this.directory, `${name}.log`), 'a');
    const child = spawn(this.kiroku, args, { env, cwd: this.directory, detached: true, stdio: ['ignore', 'pipe', log] });
    this.processes.set(name, child);
    const lines: string[] = [];
    // Read to its end: whoever prints into a closed pipe is disturbed by it.
    if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    const line = await this.until(`the ${name} is ready`, () => {
      if (child.exitCode !== null) throw new Error(`the ${name} ended: ${readFileSync(join(this.directory, `${name}.log`), 'utf8').slice(-1000)}`);
      return lines.find((each) => each.startsWith(ready));
    });
    return { child, line };
  }
}
