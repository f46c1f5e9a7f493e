import type { RunEventOf } from '#events/run.events';
import type { JobDefinition } from '#events/definition';
import type { Instant } from '#events/vocabulary';
import { corruptHistory } from '../corrupt-history.js';
import type { Job, Run, RunShape } from './run.state.js';

/** The state right after RunStarted: jobs without predecessors are ready, the others wait. */
export function beginRun({ runId, jobnet, version, definition, parameters, epoch = 0 }: RunEventOf<'RunStarted'>['data'], startedAt: Instant): Run {
  return {
    runId, jobnet, version, definition, parameters, startedAt,
    held: false, epoch, stopRequested: false, revision: 0, applied: new Map(),
    jobs: definition.jobs.map((job): Job => ({ definition: job, state: job.after.length === 0 ? 'ready' : 'waiting', attempt: 1, executions: [] })),
    shape: shapeOf(definition.jobs),
  };
}

function shapeOf(jobs: readonly JobDefinition[]): RunShape {
  const indexOf = new Map(jobs.map(({ id }, index) => [id, index]));
  const successors: number[][] = jobs.map(() => []);
  const predecessors = jobs.map(({ id, after }, index) => after.map((name) => {
    const before = indexOf.get(name);
    if (before === undefined) throw corruptHistory(`job ${id} is after ${name}, which is no job of its jobnet`);
    successors[before]?.push(index);
    return before;
  }));
  return { indexOf, predecessors, successors };
}
