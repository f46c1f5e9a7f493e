import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';

const root = new URL('../..', import.meta.url).pathname;

/** Where and when the figures were taken: a figure without that is none. */
export function machine(directory) {
  const [{ model }] = cpus();
  const changed = git('status', '--porcelain', '--', 'apps', 'libs', 'bench') !== '';
  return {
    date: new Date().toISOString(), commit: `${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`, node: process.version,
    cores: cpus().length, model: model.trim(), memoryGiB: Math.round(totalmem() / 2 ** 30), kernel: release(), directory,
    // Above what the benchmark itself needs, somebody else was at work.
    loadBefore: Number(loadavg()[0].toFixed(2)),
  };
}

function git(...args) {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}
