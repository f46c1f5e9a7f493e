import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { findCheckout } from '../find-checkout.js';

export const checkout = findCheckout(import.meta.url);
const bin = join(checkout, 'bin', 'kiroku');

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stdout (or stderr) holds a text; rejects with all that was said when the process ends without it. */
  said(text: string | RegExp, stream?: 'stdout' | 'stderr'): Promise<string>;
}

export interface HowToRun {
  readonly url?: string;
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  readonly input?: string;
}

/** Runs the real command to its end. */
export function kiroku(args: string[], how: HowToRun = {}): Promise<Ended> {
  return startKiroku(args, how).ended;
}

/** Starts the real command. None of the caller's KIROKU_ variables reaches it. */
export function startKiroku(args: string[], { url, env = {}, cwd, input }: HowToRun = {}): Started {
  return startProcess(bin, args, { env: { ...(url === undefined ? {} : { KIROKU_URL: url }), ...env }, input, ...(cwd === undefined ? {} : { cwd }) });
}

export function startProcess(command: string, args: string[], { env = {}, cwd, input }: { env?: Record<string, string>; cwd?: string; input?: string | undefined } = {}): Started {
  const child = spawn(command, args, { env: { PATH: process.env['PATH'], TZ: 'UTC', ...env }, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  // The command may end without reading.
  child.stdin.on('error', () => undefined).end(input ?? '');
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...said }));
  });
  return { child, ended, said: (text, stream = 'stdout') => heard(child, ended, () => said[stream], stream, text) };
}

async function heard(child: ChildProcess, ended: Promise<Ended>, current: () => string, stream: 'stdout' | 'stderr', text: string | RegExp): Promise<string> {
  const holds = () => (typeof text === 'string' ? current().includes(text) : text.test(current()));
  const found = new Promise<string>((resolve) => {
    const look = () => holds() && resolve(current());
    child[stream]!.on('data', look);
    look();
  });
  const missed = ended.then((end) => {
    if (holds()) return current();
    throw new Error(`ended without saying ${String(text)}: ${JSON.stringify(end)}`);
  });
  return Promise.race([found, missed]);
}
