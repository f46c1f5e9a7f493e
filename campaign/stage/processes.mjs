// Jobs and wrappers outlive their agent; they are known by where they work.
import { readdirSync, readlinkSync } from 'node:fs';

/** Stopped first, so that none sees another's end. */
export function killProcessesIn(directory) {
  const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).map(Number).filter((pid) => pid !== process.pid && worksIn(pid, directory));
  for (const signal of ['SIGSTOP', 'SIGKILL']) for (const pid of pids) strike(pid, signal);
}

function worksIn(pid, directory) {
  try {
    return `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${directory}/`);
  } catch {
    return false;
  }
}

function strike(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in between.
  }
}
