import { ID_PATTERN } from '#events/vocabulary';
import { describe, textOf } from './document.js';
import { quote, type FaultList, type Path } from './faults.js';

const ID_IN_WORDS = 'An id begins with a letter or digit and goes on with letters, digits, ".", "_" and "-", at most 128 characters in all.';

/** An id as text, also a faulty one, so that reading can go on; undefined when there is no text at all. */
export function readId(value: unknown, path: Path, what: string, faults: FaultList): string | undefined {
  const id = textOf(value);
  if (id === undefined) {
    faults.addAtValue(path, 'wrong-type', `${what} must be an id; found ${describe(value)}. ${ID_IN_WORDS}`);
    return undefined;
  }
  if (!ID_PATTERN.test(id)) faults.addAtValue(path, 'bad-id', `${what} cannot be ${quote(id)}. ${ID_IN_WORDS}`);
  return id;
}

/** The same for an id that is a mapping's key. */
export function checkIdKey(id: string, path: Path, what: string, faults: FaultList): void {
  if (!ID_PATTERN.test(id)) faults.addAtKey(path, 'bad-id', `${what} cannot have the id ${quote(id)}. ${ID_IN_WORDS}`);
}

/** Text on its way into a process must survive as a C string in UTF-8, or the process would get something else. */
export function checkReachesProcess(text: string, path: Path, what: string, faults: FaultList): void {
  if (text.includes('\0')) {
    faults.addAtValue(path, 'nul-character', `${what} contains a NUL character, which cannot be handed to a process; leave it out.`);
  }
  if (/\p{Surrogate}/u.test(text)) {
    faults.addAtValue(path, 'broken-character', `${what} contains half of a surrogate pair, which is no character; write the whole character.`);
  }
}
