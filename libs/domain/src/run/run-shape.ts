import type { RunEventOf } from '#events/run.events';
import type { JobDefinition, JobnetDefinition } from '#events/definition';
import type { Instant } from '#events/vocabulary';
import { corruptHistory } from '../corrupt-history.js';
import { later } from '../instant.js';
import type { Job, Run, RunShape } from './run.state.js';

/** The state right after RunStarted: jobs without predecessors are ready, or delayed, the others wait. */
export function beginRun({ runId, jobnet, version, definition, parameters, epoch = 0, nominalAt, occurrence }: RunEventOf<'RunStarted'>['data'], startedAt: Instant): Run {
  return {
    runId, jobnet, version, definition, parameters, startedAt, nominalAt, occurrence,
    held: false, epoch, stopRequested: false, revision: 0, applied: new Map(),
    jobs: definition.jobs.map((job) => untouched(job, startedAt)),
    shape: shapeOf(definition),
  };
}

function untouched(job: JobDefinition, startedAt: Instant): Job {
  const begun = { definition: job, attempt: 1, executions: [] };
  if (job.after.length > 0) return { ...begun, state: 'waiting' };
  return job.delaySeconds === undefined ? { ...begun, state: 'ready' } : { ...begun, state: 'delayed', delayedUntil: later(startedAt, job.delaySeconds) };
}

function shapeOf({ jobs, deadline, timeout }: JobnetDefinition): RunShape {
  const isTimed = deadline !== undefined || timeout !== undefined || jobs.some(({ delaySeconds, retry }) => delaySeconds !== undefined || retry !== undefined);
  const indexOf = new Map(jobs.map(({ id }, index) => [id, index]));
  const successors: number[][] = jobs.map(() => []);
  const predecessors = jobs.map(({ id, after }, index) => after.map((name) => {
    const before = indexOf.get(name);
    if (before === undefined) throw corruptHistory(`job ${id} is after ${name}, which is no job of its jobnet`);
    successors[before]?.push(index);
    return before;
  }));
  return { isTimed, indexOf, predecessors, successors };
}
