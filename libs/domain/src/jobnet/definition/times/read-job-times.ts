import type { JobDefinition } from '#events/definition';
import { describe, integerOf, numberOf } from '../document.js';
import type { FaultList, Path } from '../faults.js';
import { readMapping } from '../read-mapping.js';
import { readSeconds, readThen } from './read-seconds.js';

type Retry = NonNullable<JobDefinition['retry']>;

const NOWHERE = { keys: [], where: '' };
const MOST_ATTEMPTS = 100;
const MOST_BACKOFF = 10;
const REASONS = ['failed', 'stopped-by-timeout'] as const;

/** How long a job waits, how long it may take, and whether it is tried again. */
export function readJobTimes(entries: ReadonlyMap<string, unknown>, path: Path, what: string, faults: FaultList): Pick<JobDefinition, 'delaySeconds' | 'timeout' | 'retry'> {
  const delaySeconds = readSeconds(entries.get('delaySeconds'), [...path, 'delaySeconds'], what, faults);
  return {
    ...(delaySeconds === undefined ? {} : { delaySeconds }),
    ...readTimeout(entries.get('timeout'), [...path, 'timeout'], what, faults),
    ...readRetry(entries.get('retry'), [...path, 'retry'], what, faults),
  };
}

function readTimeout(value: unknown, path: Path, what: string, faults: FaultList): Pick<JobDefinition, 'timeout'> {
  if (value === undefined) return {};
  const entries = readMapping(value, path, { what: `${what}: timeout`, accepted: ['seconds', 'then'], elsewhere: NOWHERE }, faults);
  if (entries === undefined) return {};
  if (!entries.has('seconds')) faults.addAtKey(path, 'missing-key', `${what}: timeout has no seconds; write seconds: and how long an execution may take.`);
  const seconds = readSeconds(entries.get('seconds'), [...path, 'seconds'], what, faults);
  const then = readThen(entries.get('then'), [...path, 'then'], `${what}: timeout`, faults) ?? 'stop';
  return seconds === undefined ? {} : { timeout: { seconds, then } };
}

const RETRY_KEYS = ['limit', 'delaySeconds', 'backoff', 'maxDelaySeconds', 'exitCodes', 'on'];

function readRetry(value: unknown, path: Path, what: string, faults: FaultList): Pick<JobDefinition, 'retry'> {
  if (value === undefined) return {};
  const entries = readMapping(value, path, { what: `${what}: retry`, accepted: RETRY_KEYS, elsewhere: NOWHERE }, faults);
  if (entries === undefined) return {};
  if (!entries.has('limit')) faults.addAtKey(path, 'missing-key', `${what}: retry has no limit; write limit: and how many further attempts there may be.`);
  const maxDelaySeconds = readSeconds(entries.get('maxDelaySeconds'), [...path, 'maxDelaySeconds'], what, faults);
  const exitCodes = readExitCodes(entries.get('exitCodes'), [...path, 'exitCodes'], what, faults);
  const retry: Retry = {
    limit: readLimit(entries.get('limit'), [...path, 'limit'], what, faults),
    delaySeconds: readSeconds(entries.get('delaySeconds'), [...path, 'delaySeconds'], what, faults, 0) ?? 0,
    backoff: readBackoff(entries.get('backoff'), [...path, 'backoff'], what, faults),
    ...(maxDelaySeconds === undefined ? {} : { maxDelaySeconds }),
    ...(exitCodes === undefined ? {} : { exitCodes }),
    on: readReasons(entries.get('on'), [...path, 'on'], what, faults),
  };
  return { retry };
}

function readLimit(value: unknown, path: Path, what: string, faults: FaultList): number {
  const limit = value === undefined ? 1 : integerOf(value);
  if (limit !== undefined && limit >= 1 && limit <= MOST_ATTEMPTS) return limit;
  faults.addAtValue(path, 'bad-value', `${what}: limit must be a whole number of further attempts from 1 to ${MOST_ATTEMPTS}; found ${describe(value)}.`);
  return 1;
}

function readBackoff(value: unknown, path: Path, what: string, faults: FaultList): number {
  const factor = value === undefined ? 1 : numberOf(value);
  if (factor !== undefined && factor >= 1 && factor <= MOST_BACKOFF) return factor;
  faults.addAtValue(path, 'bad-value', `${what}: backoff must be a number from 1 to ${MOST_BACKOFF}, by which each wait is longer than the one before; found ${describe(value)}.`);
  return 1;
}

function readExitCodes(value: unknown, path: Path, what: string, faults: FaultList): number[] | undefined {
  if (value === undefined) return undefined;
  const written: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (written.length === 0) faults.addAtValue(path, 'bad-value', `${what}: exitCodes is empty, so that nothing would be tried again; leave the key out for every failure.`);
  return [...new Set(written.flatMap((each, index) => {
    const code = integerOf(each);
    if (code !== undefined && code >= 0 && code <= 255) return [code];
    faults.addAtValue(Array.isArray(value) ? [...path, index] : path, 'bad-value', `${what}: exitCodes has ${describe(each)}; an exit code is a whole number from 0 to 255.`);
    return [];
  }))];
}

function readReasons(value: unknown, path: Path, what: string, faults: FaultList): Retry['on'] {
  const written: readonly unknown[] = value === undefined ? ['failed'] : Array.isArray(value) ? value : [value];
  if (written.length === 0) faults.addAtValue(path, 'bad-value', `${what}: on is empty, so that nothing would be tried again; leave the key out for failed.`);
  return [...new Set(written.flatMap((each, index) => {
    const reason = REASONS.find((known) => known === each);
    if (reason !== undefined) return [reason];
    faults.addAtValue(Array.isArray(value) ? [...path, index] : path, 'bad-value', `${what}: on has ${describe(each)}. Accepted: failed (an exit code that is no success), stopped-by-timeout.`);
    return [];
  }))];
}
