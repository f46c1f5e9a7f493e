import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from '../process/proc.js';

const NAME = /^([0-9]+)\.([0-9]+)\.([0-9a-f-]+)$/;
const LOOK_AGAIN_MS = 5;

/**
 * Which task hosts there are, as names of empty files: pid, start time and boot. A host ends with its agent by itself, unless a task keeps
 * its loop; then the next agent finds it here. The page cache is durable enough: after a reboot no host is left.
 */
export class HostRecords {
  constructor(private readonly directory: string, private readonly bootId: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  /** Before the host is told anything. */
  add(host: ProcessIdentity): void {
    writeFileSync(this.#file(host), '', { mode: 0o600 });
  }

  remove(host: ProcessIdentity): void {
    rmSync(this.#file(host), { force: true });
  }

  /** Resolves when no host that a former agent left is there any more. */
  async endFormerHosts(): Promise<void> {
    const names = readdirSync(this.directory).filter((name) => !name.startsWith('.'));
    await Promise.all(names.map(async (name) => {
      const [, pid, startTime = '', bootId] = NAME.exec(name) ?? [];
      if (pid !== undefined && bootId === this.bootId) await end({ pid: Number(pid), startTime });
      rmSync(join(this.directory, name), { force: true });
    }));
  }

  #file({ pid, startTime }: ProcessIdentity): string {
    return join(this.directory, `${pid}.${startTime}.${this.bootId}`);
  }
}

async function end(host: ProcessIdentity): Promise<void> {
  while (isAlive(host)) {
    killGroup(host);
    await wait(LOOK_AGAIN_MS);
  }
}

/** A host leads a process group of its own: what its tasks spawned goes with it. */
export function killGroup({ pid }: ProcessIdentity): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
