import { describe, entriesOf, textOf } from './document.js';
import { quote, type FaultList, type Path } from './faults.js';
import { checkReachesProcess } from './read-text.js';

const NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]*$/;
const OWN_PREFIX = 'KIROKU_';

/** Environment variables or parameters, every value as text; `what` begins the messages: `env of job "A1"`. */
export function readVariables(value: unknown, path: Path, what: string, faults: FaultList): Record<string, string> {
  if (value === undefined) return {};
  const entries = entriesOf(value);
  if (entries === undefined) {
    faults.addAtValue(path, 'wrong-type', `${what} must be a mapping of names to values; found ${describe(value)}.`);
    return {};
  }
  const variables: [string, string][] = [];
  for (const [name, under] of entries) {
    checkName(name, [...path, name], what, faults);
    const text = readValue(name, under, [...path, name], what, faults);
    if (text !== undefined) variables.push([name, text]);
  }
  // Unlike an assignment, fromEntries makes `constructor` a key like any other.
  return Object.fromEntries(variables);
}

function checkName(name: string, path: Path, what: string, faults: FaultList): void {
  if (name === '<<') {
    faults.addAtKey(path, 'bad-name', `${what} has the merge key "<<", which is not supported; write the variables out.`);
  } else if (!NAME_PATTERN.test(name)) {
    faults.addAtKey(path, 'bad-name', `${what} has a variable ${quote(name)}; a name begins with a letter or "_" and goes on with letters, digits and "_".`);
  } else if (name.startsWith(OWN_PREFIX)) {
    faults.addAtKey(path, 'reserved-name', `${what} sets ${quote(name)}; names that begin with ${OWN_PREFIX} are set by Kiroku itself, choose another.`);
  } else if (name === '__proto__') {
    // JSON readers drop or misuse this name, so that the log could not keep it.
    faults.addAtKey(path, 'reserved-name', `${what} sets "__proto__", a name that cannot be stored; choose another.`);
  }
}

function readValue(name: string, value: unknown, path: Path, what: string, faults: FaultList): string | undefined {
  const text = textOf(value);
  if (text === undefined) {
    const remedy = value === null ? 'write "" for an empty one' : 'put text in quotes';
    faults.addAtValue(path, 'wrong-type', `${what} gives ${quote(name)} ${describe(value)}; a value is text, a number, true or false (${remedy}).`);
    return undefined;
  }
  checkReachesProcess(text, path, `${what}: the value of ${quote(name)}`, faults);
  return text;
}
