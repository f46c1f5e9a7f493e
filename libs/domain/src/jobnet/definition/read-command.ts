import { describe, textOf } from './document.js';
import type { FaultList, Path } from './faults.js';
import { checkReachesProcess } from './read-text.js';

const ACCEPTED = 'a list of words such as ["./load", "--full"], or one string for /bin/sh';

/** A command as it is stored; undefined, with a fault, when there is none that could be run. */
export function readCommand(value: unknown, path: Path, what: string, faults: FaultList): string | string[] | undefined {
  if (Array.isArray(value)) return readVector(value, path, what, faults);
  if (typeof value !== 'string') {
    faults.addAtValue(path, 'wrong-type', `${what}: command must be ${ACCEPTED}; found ${describe(value)}.`);
    return undefined;
  }
  if (value.trim() === '') faults.addAtValue(path, 'empty-command', `${what}: command is empty; write ${ACCEPTED}.`);
  checkReachesProcess(value, path, `${what}: command`, faults);
  return value;
}

function readVector(words: readonly unknown[], path: Path, what: string, faults: FaultList): string[] {
  if (words.length === 0) faults.addAtValue(path, 'empty-command', `${what}: command is an empty list; its first word is the program to run.`);
  return words.flatMap((word, index) => {
    const at = [...path, index];
    const text = textOf(word);
    if (text === undefined) {
      faults.addAtValue(at, 'wrong-type', `${what}: word ${index + 1} of command must be text; found ${describe(word)}. Put it in quotes.`);
      return [];
    }
    if (index === 0 && text.trim() === '') faults.addAtValue(at, 'empty-command', `${what}: the first word of command is empty; it is the program to run.`);
    checkReachesProcess(text, at, `${what}: word ${index + 1} of command`, faults);
    return [text];
  });
}
