import { describe, textOf } from './document.js';
import { quote, type FaultList, type Path } from './faults.js';

/** One entry of `after`, and where it was written. */
export interface Reference {
  readonly to: string;
  readonly path: Path;
}

/** The jobs that a job waits for: one id or a list. Only references that exist and make sense alone are answered. */
export function readAfter(value: unknown, path: Path, jobId: string, known: ReadonlySet<string>, faults: FaultList): Reference[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return readReference(value, path, jobId, known, faults);
  const seen = new Set<string>();
  return value.flatMap((entry: unknown, index) => {
    const references = readReference(entry, [...path, index], jobId, known, faults);
    return references.filter(({ to, path: at }) => {
      if (!seen.has(to)) return seen.add(to);
      faults.addAtValue(at, 'duplicate-after', `Job ${quote(jobId)} names ${quote(to)} more than once in after; once is enough.`);
      return false;
    });
  });
}

function readReference(value: unknown, path: Path, jobId: string, known: ReadonlySet<string>, faults: FaultList): Reference[] {
  const to = textOf(value);
  if (to === undefined) {
    const remedy = value === null ? ' Leave the key out for a job that waits for nothing.' : '';
    faults.addAtValue(path, 'wrong-type', `Job ${quote(jobId)}: after must be a job's id or a list of them; found ${describe(value)}.${remedy}`);
    return [];
  }
  if (to === jobId) {
    faults.addAtValue(path, 'after-itself', `Job ${quote(jobId)} comes after itself, so that it could never start; name another job or leave it out.`);
    return [];
  }
  if (!known.has(to)) {
    const hint = faults.didYouMean(to, known);
    const remedy = hint === '' ? '; after takes ids of jobs of this jobnet.' : hint;
    faults.addAtValue(path, 'unknown-job', `Job ${quote(jobId)} comes after ${quote(to)}, which is no job of this jobnet${remedy}`);
    return [];
  }
  return [{ to, path }];
}
