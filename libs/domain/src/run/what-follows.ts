import type { RunEvent } from '#events/run.events';
import type { FoldContext } from '../decider.js';
import { evolveRun } from './run.evolve.js';
import type { Capacity } from './run.decider.js';
import type { Job, Run } from './run.state.js';
import { outcomeOf } from './run-status.js';

/**
 * The events that the state itself calls for: dispatches for the jobs that are ready and have a slot, or the end of the run.
 * They are part of the decision that brought the state about, so that no crash can fall between "A1 is done" and "A2 is next".
 */
export function whatFollows(run: Run, context: FoldContext, capacity: Capacity): RunEvent[] {
  if (run.finished !== undefined) return [];
  const dispatches = mayDispatch(run) ? dispatchesFor(run, capacity) : [];
  if (dispatches.length > 0) return dispatches;
  const status = outcomeOf(run);
  return status === undefined ? [] : [{ type: 'RunFinished', data: { status } }];
}

/** Events and what follows from them, as one decision. */
export function withWhatFollows(run: Run, events: readonly RunEvent[], context: FoldContext, capacity: Capacity): RunEvent[] {
  if (events.length === 0) return [];
  const after = events.reduce<Run>((state, event) => evolveRun(state, event, context), run);
  return [...events, ...whatFollows(after, context, capacity)];
}

function mayDispatch(run: Run): boolean {
  return !run.held && !run.stopRequested;
}

/** Far below what one append may carry; what is left over goes out with the next decision. */
const MAX_DISPATCHES = 200;

function dispatchesFor(run: Run, capacity: Capacity): RunEvent[] {
  const free = new Map(Object.entries(capacity));
  const events: RunEvent[] = [];
  for (const job of run.jobs) {
    const slots = free.get(job.definition.agent) ?? 0;
    if (job.state !== 'ready' || slots < 1 || events.length === MAX_DISPATCHES) continue;
    free.set(job.definition.agent, slots - 1);
    events.push(dispatch(run, job));
  }
  return events;
}

/** The execution's id derives from what caused it: run, job, and the ordinal of the dispatch; and the log's epoch, once it was restored. */
function dispatch(run: Run, job: Job): RunEvent {
  const ordinal = job.executions.length + 1;
  const { id: jobId, agent } = job.definition;
  return { type: 'JobDispatched', data: { jobId, executionId: `${run.runId}~${jobId}~${ordinal}${run.epoch === 0 ? '' : `~${run.epoch}`}`, ordinal, attempt: job.attempt, agent } };
}
