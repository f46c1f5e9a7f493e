import type { JobnetDefinition } from '#events/definition';
import { describe, entriesOf, textOf } from './document.js';
import { faultList, quote, type Fault, type FaultList } from './faults.js';
import { JOB_KEYS, readJob, type JobReading } from './read-job.js';
import { readMapping } from './read-mapping.js';
import { reportCycles } from './report-cycles.js';
import { checkIdKey, readId } from './read-text.js';
import { readVariables } from './read-variables.js';
import { readRunTimes } from './times/read-run-times.js';

const MAX_JOBS = 1_000;
/** RunStarted carries the definition by value; a store takes at most 512 KiB in one append. */
const MAX_DEFINITION_BYTES = 256 * 1024;

const RULE = {
  what: 'The jobnet',
  accepted: ['jobnet', 'onFailure', 'parameters', 'deadline', 'timeout', 'jobs'],
  elsewhere: { keys: JOB_KEYS.filter((key) => key !== 'parameters' && key !== 'timeout'), where: 'to a job, under jobs' },
};

export type DefinitionReading = { readonly definition: JobnetDefinition } | { readonly faults: readonly Fault[] };

/**
 * Reads a parsed document (plain JSON values, or Maps where the order of keys matters) as a jobnet.
 * Answers the definition with every default filled in, or every fault of it, never both.
 */
export function checkDefinition(document: unknown): DefinitionReading {
  const faults = faultList();
  const entries = readMapping(document, [], RULE, faults);
  if (entries === undefined) return { faults: faults.all };
  const definition: JobnetDefinition = {
    jobnet: readName(entries, faults),
    onFailure: readOnFailure(entries.get('onFailure'), faults),
    parameters: readVariables(entries.get('parameters'), ['parameters'], 'parameters of the jobnet', faults),
    ...readRunTimes(entries, faults),
    jobs: readJobs(entries, faults).map(({ job }) => job),
  };
  checkSize(definition, faults);
  return faults.all.length > 0 ? { faults: faults.all } : { definition };
}

function readName(entries: ReadonlyMap<string, unknown>, faults: FaultList): string {
  if (entries.has('jobnet')) return readId(entries.get('jobnet'), ['jobnet'], 'The name of the jobnet', faults) ?? '';
  faults.addAtKey([], 'missing-key', 'The jobnet has no name; write jobnet: and its id.');
  return '';
}

function readOnFailure(value: unknown, faults: FaultList): 'hold' | 'end' {
  if (value === undefined || value === 'hold' || value === 'end') return value ?? 'hold';
  const found = typeof value === 'string' ? quote(value) : describe(value);
  const hint = faults.didYouMean(textOf(value) ?? '', ['hold', 'end']);
  faults.addAtValue(['onFailure'], 'bad-value', `onFailure cannot be ${found}${hint || '.'} Accepted: hold (a failed job waits for an operator) or end (the run ends failed).`);
  return 'hold';
}

function readJobs(entries: ReadonlyMap<string, unknown>, faults: FaultList): JobReading[] {
  if (!entries.has('jobs')) {
    faults.addAtKey([], 'missing-key', 'The jobnet has no jobs; write jobs: and under it each job by its id.');
    return [];
  }
  const jobs = entriesOf(entries.get('jobs'));
  if (jobs === undefined) {
    faults.addAtValue(['jobs'], 'wrong-type', `jobs must be a mapping of job ids to jobs; found ${describe(entries.get('jobs'))}.`);
    return [];
  }
  if (jobs.size === 0) faults.addAtValue(['jobs'], 'no-jobs', 'jobs is empty; a jobnet has at least one job.');
  if (jobs.size > MAX_JOBS) faults.addAtKey(['jobs'], 'too-many-jobs', `The jobnet has ${jobs.size} jobs; at most ${MAX_JOBS} are accepted. Divide it into several jobnets.`);
  const known = new Set(jobs.keys());
  const readings = Array.from(jobs, ([id, job]) => {
    checkIdKey(id, ['jobs', id], 'A job', faults);
    return readJob(id, job, known, faults);
  });
  reportCycles(readings, faults);
  return readings;
}

function checkSize(definition: JobnetDefinition, faults: FaultList): void {
  const bytes = new TextEncoder().encode(JSON.stringify(definition)).length;
  if (bytes <= MAX_DEFINITION_BYTES) return;
  faults.addAtKey([], 'too-large', `The definition takes ${bytes} bytes as it is stored; at most ${MAX_DEFINITION_BYTES} are accepted. Move long commands into script files.`);
}
