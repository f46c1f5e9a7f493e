import { isAfter, type JournalState } from '../journal/journal-state.js';
import { ExecutionDirectory } from './process/execution-directory.js';

/** Why an id is never started (again), as a phrase for the log; undefined when it may be. */
export function whyNotStarted({ held, forgotten, refusals, servedUpTo }: JournalState, executionId: string, position: string): string | undefined {
  if (held.has(executionId)) return 'is known';
  if (forgotten.has(executionId)) return 'has ended and was forgotten';
  if (refusals.has(executionId)) return 'was cancelled before its dispatch came';
  // Served before, then: it is long forgotten, or this journal lost it, which is for the server and people to settle.
  return isAfter(position, servedUpTo) ? undefined : 'was dispatched at or before what this journal has been served';
}

/** Why a cancel changes nothing, for what does not wait. */
export function whyNotCancelled({ held, forgotten }: JournalState, root: string, executionId: string): string | undefined {
  if (held.has(executionId)) return 'has begun or ended';
  if (forgotten.has(executionId)) return 'has ended and was forgotten';
  // A journal that was lost with the directory still there: somebody did start it.
  return new ExecutionDirectory(root, executionId).claim() === undefined ? undefined : 'was claimed by a wrapper that this journal does not know';
}
