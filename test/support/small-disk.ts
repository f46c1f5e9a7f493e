import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of a few megabytes that can be full: a tmpfs, which takes root on Linux. */
export class SmallDisk {
  private constructor(readonly path: string, private readonly filler: string) {}

  /** Whether this process may mount one. */
  static canMount(): boolean {
    const path = mkdtempSync(join(tmpdir(), 'kiroku-disk-'));
    try {
      SmallDisk.mount(path, 1).unmount();
      return true;
    } catch {
      return false;
    } finally {
      rmdirSync(path);
    }
  }

  static mount(path: string, megabytes: number): SmallDisk {
    mkdirSync(path, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'kiroku-test', path], { stdio: 'ignore' });
    return new SmallDisk(path, join(path, '.filler'));
  }

  /** Takes every byte that is left. */
  fill(): void {
    const file = openSync(this.filler, 'a');
    for (let size = 1 << 20; size > 0; size >>= 1) {
      try {
        for (const zeros = Buffer.alloc(size);;) writeSync(file, zeros);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
    closeSync(file);
  }

  /** Gives back what `fill` took. */
  free(): void {
    rmSync(this.filler, { force: true });
  }

  /** Takes it away with all that is in it, whoever still uses it. */
  unmount(): void {
    execFileSync('umount', ['-l', this.path], { stdio: 'ignore' });
  }
}
