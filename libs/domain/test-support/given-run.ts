import type { RunEvent } from '#events/run.events';
import type { Capacity, RunCommand } from '../src/run/run.decider.js';
import { runDecider } from '../src/run/run.decider.js';
import type { Run } from '../src/run/run.state.js';
import { jobOf } from '../src/run/run.state.js';
import { fold, given } from './given.js';

type History = Parameters<typeof given<Run | undefined, RunCommand, RunEvent>> extends [unknown, ...infer Events] ? Events : never;

/** As `given`, for a run. Sent again, a command finds the slots taken that its first decision used. */
export function givenRun(...history: History) {
  return given(runDecider, ...history).sentAgainAs((command, decided) => ({ ...command, capacity: whatIsLeft(command.capacity, decided) }));
}

export function foldRun(...history: History): Run {
  const run = fold(runDecider, ...history);
  if (run === undefined) throw new Error('the history is empty');
  return run;
}

/** The states of all jobs, in the order of the jobnet. */
export function statesOf(run: Run): string[] {
  return run.jobs.map(({ state }) => state);
}

export function executionStateOf(run: Run, jobId: string, ordinal = 1): string | undefined {
  return jobOf(run, jobId)?.executions[ordinal - 1]?.state;
}

function whatIsLeft(capacity: Capacity, decided: readonly RunEvent[]): Capacity {
  return decided.reduce<Capacity>((free, event) => {
    if (event.type !== 'JobDispatched') return free;
    return { ...free, [event.data.agent]: (free[event.data.agent] ?? 0) - 1 };
  }, capacity);
}
