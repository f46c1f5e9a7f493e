// A small disk of its own for each process that can be filled: a tmpfs, which takes root. Where it cannot be mounted, no disk becomes full.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { whenOver } from '../../scripts/when-over.mjs';

const SIZE = '48m';

export class Disk {
  constructor(path) {
    mkdirSync(path, { recursive: true });
    this.path = path;
    this.filling = join(path, '.filling');
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'kiroku-campaign', path], { stdio: 'ignore' });
      this.isOwn = true;
      this.forget = whenOver(() => this.unmount());
    } catch {
      this.isOwn = false;
    }
  }

  /** Not a byte is left. */
  fill() {
    const file = openSync(this.filling, 'a');
    for (let size = 1 << 20; size > 0; size = size >> 1) {
      const zeros = Buffer.alloc(size);
      try {
        for (;;) writeSync(file, zeros);
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
      }
    }
    closeSync(file);
  }

  heal() {
    rmSync(this.filling, { force: true });
  }

  unmount() {
    if (!this.isOwn) return;
    this.isOwn = false;
    this.forget();
    try {
      execFileSync('umount', ['-l', this.path], { stdio: 'ignore' });
    } catch {
      // It is gone already.
    }
  }
}
