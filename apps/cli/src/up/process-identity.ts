import { readFileSync, readlinkSync } from 'node:fs';

/** A process that will not be mistaken for another one that got its number later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since the boot, from /proc; absent where there is no /proc. */
  readonly startTicks?: string;
}

export function identityOf(pid: number): ProcessIdentity {
  const startTicks = startTicksOf(pid);
  return startTicks === undefined ? { pid } : { pid, startTicks };
}

/** True only when it is proven that the same process still lives. */
export function isSameAndAlive({ pid, startTicks }: ProcessIdentity): boolean {
  return startTicks !== undefined && startTicksOf(pid) === startTicks;
}

/** The command line as one text, for people and for a second look before somebody is killed. */
export function commandLineOf(pid: number): string | undefined {
  return read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() || undefined;
}

/** Field 22 of /proc/PID/stat; the name before it may contain anything. A zombie has ended. */
function startTicksOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields[0] === 'Z' ? undefined : fields[19];
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

export function linkTarget(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}
