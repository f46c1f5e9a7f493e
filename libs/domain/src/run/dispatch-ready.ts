import type { RunEvent } from '#events/run.events';
import type { RunCommandOf } from './run.decider.js';
import type { RunState } from './run.state.js';
import { whatFollows } from './what-follows.js';

/** A slot became free, or an agent came: what waited for it goes out. */
export function dispatchReady({ context, capacity }: RunCommandOf<'DispatchReady'>, run: RunState): RunEvent[] {
  return run === undefined ? [] : whatFollows(run, context, capacity);
}
