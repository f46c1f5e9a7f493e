import type { CommandSpec } from '#protocol/agent-link';
import { isAwkwardName } from './launch.js';

/** What Linux takes for one argument or variable, its final zero byte included (MAX_ARG_STRLEN). */
const LONGEST_STRING_BYTES = 128 * 1024;
/** All arguments and variables together; the usual limit is 2 MiB, and the agent's own environment counts too. */
const LONGEST_TOTAL_BYTES = 1536 * 1024;

/** Why no process can be made of a specification, as a sentence for the report; undefined when one can. */
export function whyNotTaken(spec: CommandSpec): string | undefined {
  const argv = typeof spec.command === 'string' ? [spec.command] : spec.command;
  const variables = Object.entries(spec.env);
  if (argv[0] === undefined || argv[0] === '') return 'the command is empty';
  if (argv.some(hasZero)) return 'the command holds a zero byte, which no argument can';
  if (spec.cwd !== undefined && (spec.cwd === '' || hasZero(spec.cwd))) return 'cwd is empty or holds a zero byte';
  for (const [name, value] of variables) {
    if (name === '' || name.includes('=') || hasZero(name) || hasZero(value)) return `the variable ${JSON.stringify(name)} cannot stand in an environment`;
  }
  if (argv[0].includes('=') && typeof spec.command !== 'string' && variables.some(([name]) => isAwkwardName(name))) {
    return 'a command with "=" in its name cannot get variables whose names a shell does not know';
  }
  const strings = [...argv, ...variables.map(([name, value]) => `${name}=${value}`)].map((text) => Buffer.byteLength(text) + 1);
  if (strings.some((bytes) => bytes > LONGEST_STRING_BYTES)) return `an argument or variable has more than ${LONGEST_STRING_BYTES - 1} bytes`;
  const total = strings.reduce((sum, bytes) => sum + bytes + 8, 0);
  return total > LONGEST_TOTAL_BYTES ? `arguments and variables have ${total} bytes together, more than ${LONGEST_TOTAL_BYTES}` : undefined;
}

function hasZero(text: string): boolean {
  return text.includes('\0');
}
