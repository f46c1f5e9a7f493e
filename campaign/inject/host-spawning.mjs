// Task hosts are children of an agent, which knows nothing of what is loaded into it: where it spawns one, they get theirs.
import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

const POINTS = new URL('./host-points.mjs', import.meta.url).href;

export function loadIntoHosts() {
  const spawn = childProcess.spawn;
  childProcess.spawn = function patched(command, args, ...rest) {
    const program = args?.at(-1);
    return spawn.call(this, command, program?.endsWith('/tasks/host/main.js') ? ['--import', POINTS, program] : args, ...rest);
  };
  syncBuiltinESMExports();
}
