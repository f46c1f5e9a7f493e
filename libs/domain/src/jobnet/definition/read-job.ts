import type { JobDefinition } from '#events/definition';
import { describe, integerOf } from './document.js';
import { quote, type FaultList, type Path } from './faults.js';
import { readAfter, type Reference } from './read-after.js';
import { readMapping } from './read-mapping.js';
import { readPolicies } from './read-policies.js';
import { readSuccessCodes } from './read-success-codes.js';
import { checkReachesProcess, readId } from './read-text.js';
import { readVariables } from './read-variables.js';
import { readWork } from './read-work.js';
import { readJobTimes } from './times/read-job-times.js';

export const JOB_KEYS = ['command', 'task', 'agent', 'after', 'successCodes', 'env', 'cwd', 'parameters', 'stopGraceSeconds', 'onLost', 'onUnknown', 'delaySeconds', 'timeout', 'retry'] as const;

/** A job as far as it could be read: gaps stand where a fault was reported. */
export interface JobReading {
  readonly job: JobDefinition;
  readonly references: readonly Reference[];
}

export function readJob(id: string, value: unknown, known: ReadonlySet<string>, faults: FaultList): JobReading {
  const path: Path = ['jobs', id];
  const what = `Job ${quote(id)}`;
  const rule = { what, accepted: JOB_KEYS, elsewhere: { keys: ['jobnet', 'jobs', 'onFailure', 'deadline'], where: 'at the top of the jobnet' } };
  const entries = readMapping(value, path, rule, faults);
  if (entries === undefined) return { job: nothingRead(id), references: [] };
  const references = readAfter(entries.get('after'), [...path, 'after'], id, known, faults);
  const cwd = readCwd(entries.get('cwd'), [...path, 'cwd'], what, faults);
  const stopGraceSeconds = readGrace(entries.get('stopGraceSeconds'), [...path, 'stopGraceSeconds'], what, faults);
  const job: JobDefinition = {
    id,
    ...readWork(entries, path, what, faults),
    agent: agentOf(entries, path, id, faults),
    after: references.map(({ to }) => to),
    successCodes: readSuccessCodes(entries.get('successCodes'), [...path, 'successCodes'], what, faults),
    env: readVariables(entries.get('env'), [...path, 'env'], `env of job ${quote(id)}`, faults),
    parameters: readVariables(entries.get('parameters'), [...path, 'parameters'], `parameters of job ${quote(id)}`, faults),
    ...(cwd === undefined ? {} : { cwd }),
    ...(stopGraceSeconds === undefined ? {} : { stopGraceSeconds }),
    ...readPolicies(entries, path, what, faults),
    ...readJobTimes(entries, path, what, faults),
  };
  return { job, references };
}

function nothingRead(id: string): JobDefinition {
  return { id, command: '', agent: '', after: [], successCodes: [], env: {}, parameters: {} };
}

function agentOf(entries: ReadonlyMap<string, unknown>, path: Path, id: string, faults: FaultList): string {
  if (entries.has('agent')) return readId(entries.get('agent'), [...path, 'agent'], `The agent of job ${quote(id)}`, faults) ?? '';
  faults.addAtKey(path, 'missing-key', `Job ${quote(id)} has no agent; write agent: and the name of the agent that runs it, as local.`);
  return '';
}

function readCwd(value: unknown, path: Path, what: string, faults: FaultList): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') {
    faults.addAtValue(path, 'wrong-type', `${what}: cwd must be the path of a directory as text; found ${describe(value)}.`);
    return undefined;
  }
  if (value === '') faults.addAtValue(path, 'bad-value', `${what}: cwd is empty; name a directory, or leave the key out for one of the execution's own.`);
  checkReachesProcess(value, path, `${what}: cwd`, faults);
  return value;
}

/** A day: whoever needs longer than that to tidy up is not being stopped. */
const LONGEST_GRACE_SECONDS = 86_400;

function readGrace(value: unknown, path: Path, what: string, faults: FaultList): number | undefined {
  if (value === undefined) return undefined;
  const seconds = integerOf(value);
  if (seconds !== undefined && seconds >= 0 && seconds <= LONGEST_GRACE_SECONDS) return seconds;
  faults.addAtValue(path, 'bad-value', `${what}: stopGraceSeconds must be a whole number of seconds from 0 to ${LONGEST_GRACE_SECONDS}; found ${describe(value)}.`);
  return undefined;
}
