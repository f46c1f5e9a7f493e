import type { AgentEvent } from '#events/agent.events';
import type { Agent, AgentSession } from './agent.state.js';

type DataOf<Type extends AgentEvent['type']> = Extract<AgentEvent, { type: Type }>['data'];
type Stranger = Pick<DataOf<'AgentConnectionRefused'>, 'journalId' | 'host' | 'pid'>;

/**
 * As many are named in one session: enough to see who they are. A copy that is restarted for ever has another process at each try, and would fill the log.
 */
export const STRANGERS_ON_RECORD = 20;

/** Somebody who is not the agent's next: on record once a session, whoever tries in between. */
export function turnAway({ refused }: Agent, { number, host: holder }: AgentSession, hello: DataOf<'AgentConnected'>): AgentEvent[] {
  const known = refused ?? new Set();
  if (known.has(keyOf(hello)) || known.size >= STRANGERS_ON_RECORD) return [];
  const { journalId, journalSequence, servedUpTo, previousSession, host, pid } = hello;
  const isLast = known.size === STRANGERS_ON_RECORD - 1;
  const reason = `session ${number} from ${holder} is connected, and this hello does not follow it${isLast ? '; whoever else tries during this session is not put on record any more' : ''}`;
  return [{ type: 'AgentConnectionRefused', data: { journalId, journalSequence, servedUpTo, previousSession, host, pid, reason } }];
}

/** A log from before the bound may hold more of them, and the same one again. */
export function strangersAfter(before: ReadonlySet<string> | undefined, stranger: Stranger): ReadonlySet<string> {
  const known = before ?? new Set();
  return known.size >= STRANGERS_ON_RECORD ? known : new Set([...known, keyOf(stranger)]);
}

function keyOf({ journalId, host, pid }: Stranger): string {
  return `${journalId} ${host} ${pid}`;
}
