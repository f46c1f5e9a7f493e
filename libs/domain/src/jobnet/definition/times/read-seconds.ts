import { describe, integerOf } from '../document.js';
import type { FaultList, Path } from '../faults.js';

/** A year: whoever waits longer wants a schedule. */
const MOST_SECONDS = 31_536_000;

/** A whole number of seconds, at least `least`; undefined, with a fault where something else stands there. */
export function readSeconds(value: unknown, path: Path, what: string, faults: FaultList, least = 1): number | undefined {
  if (value === undefined) return undefined;
  const seconds = integerOf(value);
  if (seconds !== undefined && seconds >= least && seconds <= MOST_SECONDS) return seconds;
  faults.addAtValue(path, 'bad-value', `${what}: ${String(path.at(-1))} must be a whole number of seconds from ${least} to ${MOST_SECONDS}; found ${describe(value)}.`);
  return undefined;
}

/** What is done when the time has come. */
export function readThen(value: unknown, path: Path, what: string, faults: FaultList): 'warn' | 'stop' | undefined {
  if (value === undefined || value === 'warn' || value === 'stop') return value;
  faults.addAtValue(path, 'bad-value', `${what}: then cannot be ${describe(value)}. Accepted: warn (it is put on record, and goes on) or stop.`);
  return undefined;
}
