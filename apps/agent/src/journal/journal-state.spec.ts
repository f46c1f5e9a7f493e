import { emptySnapshot, evolve, type JournalState, stateOf } from './journal-state.js';
import type { JournalRecord } from './journal-record.js';
import { accepted, idOf } from './testing/records.js';

const byServer: JournalRecord = { type: 'stopping', executionId: idOf(1), position: '7', graceSeconds: 5 };
const byTimeout: JournalRecord = { type: 'stopping', executionId: idOf(1), position: '0', graceSeconds: 60, timedOut: true };

function after(...records: readonly JournalRecord[]): JournalState {
  const state = stateOf(emptySnapshot('a journal'));
  for (const record of [accepted(1), ...records]) evolve(state, record);
  return state;
}

describe('a stop that a server and a time-out want', () => {
  it('is the server\'s when that was first, though the other was on its way to the journal', () => {
    expect(after(byServer, byTimeout).held.get(idOf(1))?.stopping).toEqual({ position: '7', graceSeconds: 5 });
  });

  it('has the server\'s grace when that came after, and the time-out as its reason', () => {
    expect(after(byTimeout, byServer).held.get(idOf(1))?.stopping).toEqual({ position: '7', graceSeconds: 5, timedOut: true });
  });
});
