import { readdirSync, readFileSync } from 'node:fs';

/** What names a process for ever on one boot: a pid is used again, a pid with this start time is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, in clock ticks since the boot. */
  readonly startTime: string;
}

export function currentBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.startTime === startTime && stat.state !== 'Z' && stat.state !== 'X';
}

/**
 * Processes of an execution that its FIFO does not show: a program may close every descriptor it inherited (Python does it for
 * its children). They are found by the session or by the environment they got; read only when all else says that nobody is left.
 */
export function findProcessesOf(executionId: string, session: number | undefined): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => {
    if (!(pid > 0)) return false;
    const stat = statOf(pid);
    if (stat === undefined || stat.state === 'Z' || stat.state === 'X') return false;
    return stat.session === session || hasExecutionId(pid, executionId);
  });
}

function hasExecutionId(pid: number, executionId: string): boolean {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(`\0KIROKU_EXECUTION_ID=${executionId}\0`);
  } catch {
    return false;
  }
}

function statOf(pid: number): { state: string; session: number; startTime: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 2, the name, may hold blanks and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', session: Number(fields[3]), startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
