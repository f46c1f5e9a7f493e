import type { Instant } from '#events/vocabulary';
import type { JournalRecord } from '../journal-record.js';

/** Records about execution number n, for journals that are about nothing else. */
export const idOf = (n: number): string => `run~job~${n}`;

export function accepted(n: number, command = 'true'): JournalRecord {
  const spec = { executionId: idOf(n), runId: 'run', jobId: 'job', attempt: 1, command, env: {} };
  return { type: 'accepted', spec, position: String(n), acceptedAt: '2026-11-22T21:00:00.000Z' as Instant };
}

export function ended(n: number): JournalRecord {
  return { type: 'ended', report: { executionId: idOf(n), runId: 'run', jobId: 'job', sequence: 3, state: 'lost', reason: 'a test' } };
}

export function forgotten(n: number): JournalRecord {
  return { type: 'forgotten', executionId: idOf(n), receipt: { position: String(1000 + n), eventId: `event-${n}` } };
}

export function refused(n: number, position: number): JournalRecord {
  return { type: 'refused', report: { executionId: idOf(n), runId: 'run', jobId: 'job', sequence: 3, state: 'never-started', reason: 'a test' }, position: String(position) };
}
