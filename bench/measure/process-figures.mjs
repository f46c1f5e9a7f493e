import { readFileSync } from 'node:fs';

/** Linux counts CPU time in ticks of 10 ms (`getconf CLK_TCK`). */
const MS_PER_TICK = 10;

/**
 * CPU time of a process so far, and of its children, in milliseconds: of those that it has waited for (with theirs), and of those
 * that live.
 */
export function cpuOf(pid) {
  const { own, waitedFor } = timesOf(pid);
  return { own, children: waitedFor + livingChildrenOf(pid).reduce((sum, child) => sum + totalOf(child), 0) };
}

function totalOf(pid) {
  try {
    const { own, waitedFor } = timesOf(pid);
    return own + waitedFor;
  } catch {
    // It ended just now.
    return 0;
  }
}

function timesOf(pid) {
  // The name in field 2 may hold blanks and parentheses; utime is field 14.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ').map(Number);
  const [user, system, childUser, childSystem] = fields.slice(11, 15);
  return { own: (user + system) * MS_PER_TICK, waitedFor: (childUser + childSystem) * MS_PER_TICK };
}

function livingChildrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter((word) => word !== '').map(Number);
}

/** The most memory that a process ever had in RAM, in MiB. */
export function peakMemoryOf(pid) {
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024);
}
