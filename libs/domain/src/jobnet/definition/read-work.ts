import type { JobDefinition } from '#events/definition';
import { quote, type FaultList, type Path } from './faults.js';
import { readCommand } from './read-command.js';
import { readId } from './read-text.js';

/** What a process has and a function in a shared one has not, with what to do instead. */
const ONLY_FOR_COMMANDS: Readonly<Record<string, string>> = {
  cwd: 'a task works where its agent does; hand it a path in parameters',
  env: 'a task shares its process, and its environment, with others; write parameters',
  successCodes: 'a task has no exit code of its own: it succeeds when it resolves and fails when it rejects',
};

/** What a job does: its command or its task, exactly one; an empty one where a fault was reported. */
export function readWork(entries: ReadonlyMap<string, unknown>, path: Path, what: string, faults: FaultList): Pick<JobDefinition, 'command' | 'task'> {
  if (entries.has('command') && entries.has('task')) {
    faults.addAtKey([...path, 'task'], 'command-and-task', `${what} has both command and task; a job has one of them. Remove the other.`);
  } else if (entries.has('task')) {
    return { task: readTask(entries, path, what, faults) };
  } else if (!entries.has('command')) {
    faults.addAtKey(path, 'missing-key', `${what} has neither command nor task; write command: and what to run, or task: and the name of one of its agent's tasks.`);
  }
  return { command: entries.has('command') ? readCommand(entries.get('command'), [...path, 'command'], what, faults) ?? '' : '' };
}

function readTask(entries: ReadonlyMap<string, unknown>, path: Path, what: string, faults: FaultList): string {
  for (const [key, instead] of Object.entries(ONLY_FOR_COMMANDS)) {
    if (entries.has(key)) faults.addAtKey([...path, key], 'not-for-tasks', `${what} has a task and the key ${quote(key)}, which only a command can have: ${instead}.`);
  }
  return readId(entries.get('task'), [...path, 'task'], `The task of ${what.replace('Job', 'job')}`, faults) ?? '';
}
