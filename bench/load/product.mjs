// The product as it is delivered: `dist`, in processes of their own, on a fresh directory, with every sync that it makes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { whenOver } from '../../scripts/when-over.mjs';

const MAIN = fileURLToPath(new URL('../../dist/apps/cli/src/main.js', import.meta.url));
/** How `bin/kiroku` starts it. */
const FLAGS = ['--enable-source-maps'];
const PATIENCE_MS = 60_000;

/** A directory of its own below `parent`, removed at the end. */
export function temporaryDirectory(parent) {
  const path = mkdtempSync(join(parent, 'kiroku-bench-'));
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  const forget = whenOver(remove);
  return { path, remove: () => { remove(); forget(); } };
}

/**
 * @param isProfiled then it answers `startProfile` and `profile`
 * @param store where its log lies, if not in the embedded file
 */
export function startServer(directory, { isProfiled = false, store } = {}) {
  const args = ['server', '--listen', '127.0.0.1:0', '--data', join(directory, 'data'), ...(store === undefined ? [] : ['--store', store])];
  return Product.start(args, { directory, isProfiled, trace: 'trace-commits.mjs', says: 'listening on ' });
}

/** @param url of its server, or a list of them */
export function startAgent(directory, { url, name, slots, tasks, isProfiled = false }) {
  const args = ['agent', 'start', '--name', name, ...[url].flat().flatMap((each) => ['--server', each]), '--data', join(directory, 'agent'), '--slots', String(slots), '--token', tokenIn(directory, 'agent')];
  return Product.start([...args, ...(tasks === undefined ? [] : ['--tasks', tasks])], { directory, isProfiled, trace: 'trace-journal.mjs', says: 'connected to ' });
}

export function tokenIn(directory, name) {
  return readFileSync(join(directory, 'data', `${name}.token`), 'utf8').trim();
}

/** A server or an agent that has said that it is there. */
class Product {
  constructor(child, url, startedInMs) {
    this.child = child;
    this.url = url;
    this.startedInMs = startedInMs;
    this.pid = child.pid;
    this.exited = once(child, 'exit');
    this.forget = whenOver(() => child.kill('SIGKILL'));
  }

  static async start(args, { directory, isProfiled, trace, says }) {
    const log = join(directory, `${args[0]}.log`);
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KIROKU_') && name !== 'NODE_OPTIONS'));
    const begun = performance.now();
    const traces = [trace, ...(isProfiled ? ['trace-profile.mjs'] : [])].flatMap((name) => ['--import', new URL(`../trace/${name}`, import.meta.url).href]);
    const child = spawn(process.execPath, [...FLAGS, ...traces, MAIN, ...args], {
      cwd: directory, env, stdio: ['ignore', 'pipe', openSync(log, 'a'), 'ipc'],
    });
    const line = await firstLine(child, says, log);
    return new Product(child, line.slice(says.length), performance.now() - begun);
  }

  /** Asks what was loaded into it beside the product (bench/trace), one question at a time. */
  async ask(question) {
    const answered = once(this.child, 'message');
    this.child.send({ bench: question });
    const [{ answer }] = await Promise.race([answered, this.exited.then(() => Promise.reject(new Error('the process has ended')))]);
    return answer;
  }

  /** Resolves when it is gone. */
  async kill() {
    this.child.kill('SIGKILL');
    await this.exited;
    this.forget();
  }

  /** As an operator would, and for sure. */
  async stop() {
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), PATIENCE_MS);
    await this.exited;
    clearTimeout(late);
    this.forget();
  }
}

function firstLine(child, says, log) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    child.once('exit', (code, signal) => reject(new Error(`it ended with ${signal ?? code}: ${readFileSync(log, 'utf8').slice(-2000)}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith(says)) return;
      clearTimeout(late);
      resolve(line);
    });
  });
}
