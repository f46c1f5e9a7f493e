import type { AgentEvent } from '#events/agent.events';
import type { Instant } from '#events/vocabulary';

/** A report that fits no run, without what it carried: that is in the event. */
export interface UnmatchedReport {
  readonly at: Instant;
  readonly executionId: string;
  readonly sequence: number;
  readonly state: string;
  readonly why: string;
}

/** Somebody who was turned away because the name's session lived. */
export interface RefusedConnection {
  readonly at: Instant;
  readonly host: string;
  readonly pid: number;
  readonly reason: string;
}

/** What an operator has to look into, oldest first. */
export interface Incidents {
  readonly unmatched: readonly UnmatchedReport[];
  readonly refused: readonly RefusedConnection[];
}

/** Of either kind the newest are kept at hand; all of them are in the log. */
const MOST = 100;

export const NO_INCIDENTS: Incidents = { unmatched: [], refused: [] };

export function incidentsAfter(before: Incidents, event: AgentEvent, at: Instant): Incidents {
  if (event.type === 'ReportUnmatched') {
    const { executionId, sequence, why, report } = event.data;
    const state = typeof report['state'] === 'string' ? report['state'] : 'unknown';
    return { ...before, unmatched: [...before.unmatched, { at, executionId, sequence, state, why }].slice(-MOST) };
  }
  if (event.type === 'AgentConnectionRefused') {
    const { host, pid, reason } = event.data;
    return { ...before, refused: [...before.refused, { at, host, pid, reason }].slice(-MOST) };
  }
  return before;
}
