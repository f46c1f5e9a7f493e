import { mayStillCome } from '#domain/run/execution-transitions';
import { isNotKnown } from '#domain/run/run.state';
import type { Hello, Inventory } from '#protocol/agent-link';
import type { TrackedAgent } from '../../agents/agents.projection.js';
import type { OpenExecution, RunsProjection } from '../../runs/runs.projection.js';
import { outstandingFrames } from '../frames.js';

/** The part of what an agent says that tells what it holds. */
type Held = Pick<Hello, 'inventory' | 'servedUpTo'>;

/**
 * What was dispatched to the agent before its journal began, or at or before what it has been served, and is neither in its hands nor
 * answered; less what is on record as not known to it. A closed run takes no word any more.
 */
export function notHeld(runs: RunsProjection, name: string, { inventory, servedUpTo }: Held, journalSince: TrackedAgent['journalSince']): OpenExecution[] {
  const held = new Set(inventory);
  const served = BigInt(servedUpTo);
  return [...runs.openExecutionsOf(name).values(), ...runs.abandonedOn(name).values()].filter(({ executionId, position }) => {
    const tracked = runs.execution(executionId);
    return (position <= served || position <= journalSince) && !held.has(executionId)
      && tracked !== undefined && tracked.corrupt === undefined && !isNotKnown(tracked.execution);
  });
}

/** What the agent holds after all, though the log has it that it does not. */
export function heldAfterAll(runs: RunsProjection, name: string, inventory: readonly string[]): { readonly runId: string; readonly executionId: string }[] {
  return inventory.flatMap((executionId) => {
    const tracked = runs.execution(executionId);
    if (tracked === undefined || tracked.corrupt !== undefined) return [];
    const { run: { runId }, execution } = tracked;
    return execution.agent === name && mayStillCome(execution.state) && isNotKnown(execution) ? [{ runId, executionId }] : [];
  });
}

/** The agent has told the end of these, and does not remember it. */
export function endedAmong(runs: RunsProjection, open: readonly string[]): string[] {
  return open.filter((executionId) => {
    const execution = runs.execution(executionId)?.execution;
    return execution !== undefined && !mayStillCome(execution.state);
  });
}

/**
 * The frames of this session that have not done their work: a dispatch or a word about an execution that the agent does not hold, a stop that
 * has not reached what is open, a cancel that has not reached what waits. What the agent has begun or ended, it reports.
 */
export function notArrived(runs: RunsProjection, name: string, said: Inventory): { readonly kind: string; readonly executionId: string }[] {
  const [held, open, waiting, stopping] = [new Set(said.inventory), new Set(said.open), new Set(said.waiting), new Set(said.stopping)];
  return outstandingFrames(runs, name)
    .map((frame) => ({ kind: frame.kind, executionId: frame.kind === 'dispatch' ? frame.spec.executionId : frame.executionId }))
    .filter(({ kind, executionId }) => {
      if (!held.has(executionId)) return true;
      return (kind === 'stop' && open.has(executionId) && !stopping.has(executionId)) || (kind === 'cancel' && waiting.has(executionId));
    });
}
