import type { JobnetDefinition } from '#events/definition';
import type { FaultList, Path } from '../faults.js';
import { readMapping } from '../read-mapping.js';
import { readSeconds, readThen } from './read-seconds.js';

const WHAT = 'The jobnet';
const NOWHERE = { keys: [], where: '' };

/** Until when its runs are to have started and to be finished, and how long they may take. */
export function readRunTimes(entries: ReadonlyMap<string, unknown>, faults: FaultList): Pick<JobnetDefinition, 'deadline' | 'timeout'> {
  return { ...readDeadline(entries.get('deadline'), faults), ...readTimeout(entries.get('timeout'), faults) };
}

function readDeadline(value: unknown, faults: FaultList): Pick<JobnetDefinition, 'deadline'> {
  if (value === undefined) return {};
  const path: Path = ['deadline'];
  const entries = readMapping(value, path, { what: `${WHAT}: deadline`, accepted: ['expectedSeconds', 'latestStartSeconds', 'then'], elsewhere: NOWHERE }, faults);
  if (entries === undefined) return {};
  const expectedSeconds = readSeconds(entries.get('expectedSeconds'), [...path, 'expectedSeconds'], WHAT, faults);
  const latestStartSeconds = readSeconds(entries.get('latestStartSeconds'), [...path, 'latestStartSeconds'], WHAT, faults);
  if (!entries.has('expectedSeconds') && !entries.has('latestStartSeconds')) {
    faults.addAtKey(path, 'missing-key', `${WHAT}: deadline names no time; write expectedSeconds: (it is to be finished), latestStartSeconds: (it is to have started), or both.`);
  }
  const then = readThen(entries.get('then'), [...path, 'then'], `${WHAT}: deadline`, faults) ?? 'warn';
  return { deadline: { ...(expectedSeconds === undefined ? {} : { expectedSeconds }), ...(latestStartSeconds === undefined ? {} : { latestStartSeconds }), then } };
}

function readTimeout(value: unknown, faults: FaultList): Pick<JobnetDefinition, 'timeout'> {
  if (value === undefined) return {};
  const entries = readMapping(value, ['timeout'], { what: `${WHAT}: timeout`, accepted: ['seconds'], elsewhere: { keys: ['then'], where: 'to the time-out of a job (that of a run always stops it), or to deadline' } }, faults);
  if (entries === undefined) return {};
  if (!entries.has('seconds')) faults.addAtKey(['timeout'], 'missing-key', `${WHAT}: timeout has no seconds; write seconds: and how long a run may take.`);
  const seconds = readSeconds(entries.get('seconds'), ['timeout', 'seconds'], WHAT, faults);
  return seconds === undefined ? {} : { timeout: { seconds } };
}
