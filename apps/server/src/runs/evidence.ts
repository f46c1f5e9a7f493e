import type { Evidence } from '#protocol/api';
import { type Execution, isNotKnown } from '#domain/run/run.state';
import { isOpenExecution } from '#domain/run/execution-transitions';
import type { Instant } from '#events/vocabulary';
import type { Contact } from '../agents/agents.projection.js';

/**
 * How well an execution is known, beside its state (law 5). Folded from recorded facts: what the agent said of it, and when
 * sessions of the agent began and ended.
 */
export function evidenceOf(execution: Execution, contact: Contact | undefined): Evidence {
  if (!isOpenExecution(execution.state)) return { kind: 'none' };
  const { lastHeardAt, dispatchedAt, notKnownSince, orphanedSince } = execution;
  const heard = lastHeardAt === undefined ? {} : { lastHeardAt };
  if (isNotKnown(execution)) return { kind: 'unknown-to-agent', since: notKnownSince, ...heard };
  if (contact === undefined || !contact.connected) return { kind: contact?.unreachable === true ? 'unreachable' : 'silent', since: later(contact?.since, dispatchedAt), ...heard };
  if (orphanedSince !== undefined) return { kind: 'orphaned', since: orphanedSince, ...heard };
  if (execution.state === 'dispatched') return { kind: 'none', since: dispatchedAt };
  return { kind: 'confirmed', since: later(lastHeardAt, contact.since), ...heard };
}

/** The least certain first: what an operator has to look at. */
export const EVIDENCE_RANK: { readonly [Kind in Evidence['kind']]: number } = {
  'unknown-to-agent': 0, orphaned: 1, unreachable: 2, silent: 3, none: 4, confirmed: 5,
};

function later(one: Instant | undefined, other: Instant): Instant {
  return one !== undefined && one > other ? one : other;
}
