// The wrapper is a shell script beside the agent's modules. Here the agent spawns a copy with one more line: when the agent was armed for a step of
// the wrapper, the copy notes that it came there and ends by SIGKILL, itself alone; what it runs lives on.
import childProcess from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { WRAPPER_STEPS } from './steps.mjs';

export function useWrapperCopies(directory, point) {
  const spawn = childProcess.spawn;
  const copies = new Map();
  childProcess.spawn = function patched(command, args, ...rest) {
    const due = Array.isArray(args) && args[0]?.endsWith('/wrapper.sh') ? WRAPPER_STEPS.find(({ step }) => point.isDue(step)) : undefined;
    if (due === undefined) return spawn.call(this, command, args, ...rest);
    if (!copies.has(due.step)) copies.set(due.step, copyWith(args[0], due, directory));
    return spawn.call(this, command, [copies.get(due.step), ...args.slice(1)], ...rest);
  };
  syncBuiltinESMExports();
  // A text that is not there any more is found now, not at the first time that it is needed.
  const wrapper = new URL('../../dist/apps/agent/src/executions/wrapper.sh', import.meta.url);
  for (const each of WRAPPER_STEPS) insert(readFileSync(wrapper, 'utf8'), each, '');
}

function copyWith(original, point, directory) {
  const copy = join(directory, `wrapper-${WRAPPER_STEPS.indexOf(point)}.sh`);
  const line = `printf '%s\\n' '${point.step}' >>'${join(directory, 'hits')}'; kill -9 $$\n`;
  writeFileSync(copy, insert(readFileSync(original, 'utf8'), point, line));
  return copy;
}

function insert(text, { step, at, put }, line) {
  if (text.split(at).length !== 2) throw new Error(`wrapper.sh has no such place any more, or several: ${step}`);
  return text.replace(at, () => (put === 'before' ? `${line}${at}` : `${at}${line}`));
}
