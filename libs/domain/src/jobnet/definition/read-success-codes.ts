import { describe, integerOf } from './document.js';
import { quote, type FaultList, type Path } from './faults.js';

const ACCEPTED = 'an exit code is a whole number from 0 to 255; ranges are written out, as [0, 1, 2]';

/** One exit code or a list of them, without repeats. */
export function readSuccessCodes(value: unknown, path: Path, what: string, faults: FaultList): number[] {
  if (value === undefined) return [0];
  if (!Array.isArray(value)) return readCode(value, path, what, faults);
  if (value.length === 0) {
    faults.addAtValue(path, 'bad-success-code', `${what}: successCodes is empty, so that the job could never succeed; leave the key out for [0].`);
  }
  return [...new Set(value.flatMap((code: unknown, index) => readCode(code, [...path, index], what, faults)))];
}

function readCode(value: unknown, path: Path, what: string, faults: FaultList): number[] {
  const code = integerOf(value);
  if (code !== undefined && code >= 0 && code <= 255) return [code === 0 ? 0 : code];
  const found = typeof value === 'string' ? `the text ${quote(value)}` : describe(value);
  faults.addAtValue(path, 'bad-success-code', `${what}: successCodes has ${found}; ${ACCEPTED}.`);
  return [];
}
