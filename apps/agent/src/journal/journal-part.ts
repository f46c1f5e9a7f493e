import type { Hello } from '#protocol/agent-link';
import type { AgentJournal } from './agent-journal.js';

/** What a hello says of the journal. */
export type JournalPart = Pick<Hello, 'journalId' | 'journalSequence' | 'servedUpTo' | 'receipt' | 'previousSession' | 'inventory' | 'open' | 'epoch'>;

export function journalPart({ sequence, state: { journalId, servedUpTo, receipt, session, held, epoch } }: AgentJournal): JournalPart {
  return {
    journalId, journalSequence: sequence, servedUpTo, epoch,
    ...(receipt !== undefined && { receipt }), ...(session !== undefined && { previousSession: session }),
    inventory: [...held.keys()], open: [...held.values()].filter(({ ended }) => ended === undefined).map(({ executionId }) => executionId),
  };
}
