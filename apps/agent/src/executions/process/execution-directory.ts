import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '#events/vocabulary';
import type { DeliveredSignal } from '../../journal/journal-record.js';
import { FIFO_NAME, type ProcessIdentity } from './proc.js';

/** Who may run the job. `incomplete`: made, and not (yet) written. */
export type Claim =
  | { readonly by: 'agent' }
  | { readonly by: 'incomplete' }
  | { readonly by: 'wrapper'; readonly wrapper: ProcessIdentity; readonly bootId: string };

export interface StartedFile {
  readonly job: ProcessIdentity;
  readonly uptime: number;
  readonly at: Instant;
}

export interface ResultFile {
  readonly exitCode: number;
  readonly uptime: number;
  readonly at: Instant;
}

/** A file name has at most 255 bytes, an execution id 300 characters. */
const LONGEST_NAME = 200;

/** The name of an execution's directory: its id, or for a very long one its beginning and a hash of it. */
export function directoryName(executionId: string): string {
  if (executionId.length <= LONGEST_NAME) return executionId;
  return `${executionId.slice(0, 150)}.${createHash('sha256').update(executionId).digest('hex')}`;
}

/**
 * What the wrapper leaves behind (see wrapper.sh). The files are tiny and just written, so they are read synchronously: no
 * other fact comes between two of them.
 */
export class ExecutionDirectory {
  readonly path: string;
  readonly life: string;
  readonly work: string;

  constructor(root: string, readonly executionId: string) {
    this.path = join(root, directoryName(executionId));
    this.life = join(this.path, FIFO_NAME);
    this.work = join(this.path, 'work');
  }

  output(stream: 'stdout' | 'stderr'): string {
    return join(this.path, stream);
  }

  claim(): Claim | undefined {
    const text = this.#read('claim');
    if (text === undefined) return undefined;
    if (text === 'agent\n') return { by: 'agent' };
    const [, pid, startTime = '', bootId = ''] = /^([0-9]+) ([0-9]+) (\S+)\n$/.exec(text) ?? [];
    return pid === undefined ? { by: 'incomplete' } : { by: 'wrapper', wrapper: { pid: Number(pid), startTime }, bootId };
  }

  /** True when the claim is the agent's now: no wrapper will ever run this execution. */
  claimForAgent(): boolean {
    try {
      writeFileSync(join(this.path, 'claim'), 'agent\n', { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }

  started(): StartedFile | undefined {
    const [, pid, startTime = '', uptime] = /^([0-9]+) ([0-9]+) ([0-9.]+)\n$/.exec(this.#read('started') ?? '') ?? [];
    return pid === undefined ? undefined : { job: { pid: Number(pid), startTime }, uptime: Number(uptime), at: this.#changedAt('started') };
  }

  result(): ResultFile | undefined {
    const [, exitCode, uptime] = /^([0-9]+) ([0-9.]+) done\n$/.exec(this.#read('result') ?? '') ?? [];
    return exitCode === undefined ? undefined : { exitCode: Number(exitCode), uptime: Number(uptime), at: this.#changedAt('result') };
  }

  /** In the same turn as the signal itself: whatever kills the agent from now on, its successor knows of it. */
  markSignalled({ signal, uptime }: DeliveredSignal): void {
    appendFileSync(join(this.path, 'signalled'), `${signal} ${uptime}\n`, { mode: 0o600 });
  }

  signalled(): DeliveredSignal[] {
    const lines = (this.#read('signalled') ?? '').matchAll(/^(SIGTERM|SIGKILL) ([0-9.]+)\n/gm);
    return [...lines].map(([, signal, uptime]) => ({ signal: signal as DeliveredSignal['signal'], uptime: Number(uptime) }));
  }

  /** The file's own time: the same before and after a restart of the agent. */
  #changedAt(name: string): Instant {
    return statSync(join(this.path, name)).mtime.toISOString() as Instant;
  }

  #read(name: string): string | undefined {
    try {
      return readFileSync(join(this.path, name), 'latin1');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}
