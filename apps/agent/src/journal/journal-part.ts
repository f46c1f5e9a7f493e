import type { Hello, Inventory } from '#protocol/agent-link';
import type { AgentJournal } from './agent-journal.js';
import type { JournalState } from './journal-state.js';

/** What a hello says of the journal. */
export type JournalPart = Pick<Hello, 'journalId' | 'journalSequence' | 'servedUpTo' | 'receipt' | 'previousSession' | 'openedBy' | 'inventory' | 'open' | 'epoch'>;

export function journalPart({ sequence, state }: AgentJournal): JournalPart {
  const { journalId, receipt, session, epoch, openedBy } = state;
  const { servedUpTo, inventory, open } = heldNow(state);
  return {
    journalId, journalSequence: sequence, servedUpTo, epoch, openedBy: [...openedBy], inventory, open,
    ...(receipt !== undefined && { receipt }), ...(session !== undefined && { previousSession: session }),
  };
}

/** Puts a process of the agent on record. Where that cannot be written now, nobody can tell an older copy of the journal by that. */
export async function markOpened(journal: AgentJournal, by: string): Promise<void> {
  await journal.append({ type: 'opened', by }).catch(() => undefined);
}

/** What an inventory says in the middle of a session. */
export type HeldNow = Omit<Inventory, 'session'>;

export function heldNow({ servedUpTo, held }: JournalState): HeldNow {
  const open = [...held.values()].filter(({ ended }) => ended === undefined);
  const idsOf = (executions: typeof open) => executions.map(({ executionId }) => executionId);
  return {
    servedUpTo, inventory: [...held.keys()], open: idsOf(open),
    waiting: idsOf(open.filter(({ starting }) => starting === undefined)), stopping: idsOf(open.filter(({ stopping }) => stopping !== undefined)),
  };
}
