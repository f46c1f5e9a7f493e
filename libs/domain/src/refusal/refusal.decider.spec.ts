import type { Instant } from '#events/vocabulary';
import type { RefusalEvent } from '#events/refusal.events';
import { type RefusalCommand, refusalDecider } from './refusal.decider.js';

const at = '2026-11-22T20:57:59.123Z' as Instant;
const refusal = { method: 'POST', path: '/api/v1/runs/R/stop', status: 404, code: 'run-not-found', detail: 'there is no run R' };
const told: RefusalEvent = { type: 'CommandRefused', data: refusal };
const counted: RefusalEvent = { type: 'CommandRefusalsSuppressed', data: { count: 3, since: at } };

function decided(commandId: string, command: RefusalCommand, ...history: (readonly [string, RefusalEvent])[]) {
  const state = history.reduce((before, [by, event]) => refusalDecider.evolve(before, event, { at, actor: { kind: 'operator', id: 'alice' }, commandId: by }), refusalDecider.initialState);
  return refusalDecider.decide({ ...command, commandId }, state);
}

describe('a refusal', () => {
  it('is told as it was answered', () => {
    expect(decided('c1', { type: 'RecordRefusal', refusal })).toEqual([told]);
  });

  it('of the same kind again is another one', () => {
    expect(decided('c2', { type: 'RecordRefusal', refusal }, ['c1', told])).toEqual([told]);
  });

  it('that is told a second time by the same command is told once', () => {
    expect(decided('c1', { type: 'RecordRefusal', refusal }, ['c1', told])).toEqual([]);
  });
});

describe('what was over', () => {
  it('is one event with the number and the minute', () => {
    expect(decided('c2', { type: 'RecordSuppressed', count: 3, since: at }, ['c1', told])).toEqual([counted]);
    expect(decided('c2', { type: 'RecordSuppressed', count: 3, since: at }, ['c2', counted])).toEqual([]);
  });
});
