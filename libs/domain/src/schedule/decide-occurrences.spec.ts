import type { Occurrence, ScheduleEvent } from '#events/planning/schedule.events';
import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import type { Instant } from '#events/vocabulary';
import { isRejection } from '../rejection.js';
import type { DueOccurrence } from './decide-occurrences.js';
import { type ScheduleCommand, scheduleDecider } from './schedule.decider.js';
import type { ScheduleState } from './schedule.state.js';

const START = '2026-03-01T00:00:00.000Z' as Instant;
const context = { at: START, actor: { kind: 'operator', id: 'hanako' }, commandId: 'c' } as const;

const nightly: ScheduleDefinition = {
  schedule: 'nightly', jobnets: ['A'], rule: { kind: 'at', at: ['02:00'] }, timeZone: 'UTC', closed: 'skip', shift: 0, gap: 'run', fold: 'first', misfire: 'runLatest', overlap: 'allow', parameters: {},
};

function after(events: readonly ScheduleEvent[], definition: ScheduleDefinition = nightly): ScheduleState {
  const first: ScheduleEvent = { type: 'ScheduleDefined', data: { version: 1, definition } };
  return [first, ...events].reduce((state, event) => scheduleDecider.evolve(state, event, context), scheduleDecider.initialState);
}

function on(day: number): Occurrence {
  const date = `2026-03-${String(day).padStart(2, '0')}`;
  return { key: `${date}T02:00`, at: `${date}T02:00:00.000Z` as Instant, local: `${date}T02:00`, businessDay: date };
}

function due(day: number, lateSeconds: number): DueOccurrence {
  return { ...on(day), lateSeconds, runs: [{ jobnet: 'A', runId: `RUN${day}` }], parameters: {} };
}

function decide(state: ScheduleState, occurrences: readonly DueOccurrence[], rest: Partial<Extract<ScheduleCommand, { type: 'DecideOccurrences' }>> = {}): readonly ScheduleEvent[] {
  const decision = scheduleDecider.decide({ type: 'DecideOccurrences', version: 1, due: occurrences, more: false, ...rest }, state);
  if (isRejection(decision)) throw new Error(decision.message);
  return decision;
}

/** `started:03 due`, `skipped:02 superseded` */
function words(events: readonly ScheduleEvent[]): string[] {
  return events.map(({ type, data }) => {
    const day = 'occurrence' in data ? data.occurrence.key.slice(8, 10) : 'first' in data ? `${data.first.key.slice(8, 10)}-${data.last.key.slice(8, 10)}` : '';
    return `${type.replace('Occurrence', '').toLowerCase()}:${day} ${'because' in data ? data.because : ''}`;
  });
}

const DAY = 86_400;

describe('an occurrence that is due', () => {
  it('starts its runs', () => {
    expect(decide(after([]), [due(2, 3)])).toEqual([{
      type: 'OccurrenceStarted', data: { occurrence: on(2), runs: [{ jobnet: 'A', runId: 'RUN2' }], parameters: {}, because: 'due' },
    }]);
  });

  it('is decided once', () => {
    const first = decide(after([]), [due(2, 3)]);
    expect(decide(after(first), [due(2, 3)])).toEqual([]);
  });

  it('of a version that has been revised meanwhile is not decided', () => {
    const revised: ScheduleEvent = { type: 'ScheduleRevised', data: { version: 2, definition: { ...nightly, jobnets: ['B'] } } };
    expect(decide(after([revised]), [due(2, 3)])).toEqual([]);
  });

  it('says with its last event what comes next', () => {
    const next = { key: '2026-03-04T02:00', at: '2026-03-04T02:00:00.000Z' as Instant, zoneData: '2025c' };
    const events = decide(after([]), [due(2, DAY + 3), due(3, 3)], { next });
    expect(events.map(({ data }) => ('next' in data ? data.next : undefined))).toEqual([undefined, next]);
    expect(after(events).next).toEqual(next);
  });

  it('while the schedule is paused is skipped, on record', () => {
    expect(words(decide(after([{ type: 'SchedulePaused', data: {} }]), [due(2, 3)]))).toEqual(['skipped:02 paused']);
  });

  it('of a retired schedule is nothing', () => {
    expect(decide(after([{ type: 'ScheduleRetired', data: {} }]), [due(2, 3)])).toEqual([]);
  });
});

describe('occurrences that nobody could start in time', () => {
  const missed = [due(2, 3 * DAY), due(3, 2 * DAY), due(4, DAY)];

  it.each([
    { misfire: 'runAll', said: ['started:02 misfire', 'started:03 misfire', 'started:04 misfire'] },
    { misfire: 'runLatest', said: ['skipped:02 superseded', 'skipped:03 superseded', 'started:04 misfire'] },
    { misfire: 'skip', said: ['skipped:02 missed', 'skipped:03 missed', 'skipped:04 missed'] },
    { misfire: 'ask', said: ['missed:02 policy', 'missed:03 policy', 'missed:04 policy'] },
  ] as const)('are decided by the policy $misfire', ({ misfire, said }) => {
    expect(words(decide(after([], { ...nightly, misfire }), missed))).toEqual(said);
  });

  it('are all superseded by one that is in time, where only the latest counts', () => {
    expect(words(decide(after([]), [...missed, due(5, 0)]))).toEqual(['skipped:02 superseded', 'skipped:03 superseded', 'skipped:04 superseded', 'started:05 due']);
  });

  it('are none of them the latest while more follow', () => {
    expect(words(decide(after([]), missed, { more: true }))).toEqual(['skipped:02 superseded', 'skipped:03 superseded', 'skipped:04 superseded']);
  });

  it.each([
    { misfire: 'runAll', said: ['skipped:02 too-late', 'started:03 misfire', 'started:04 misfire'] },
    { misfire: 'ask', said: ['skipped:02 too-late', 'missed:03 policy', 'missed:04 policy'] },
  ] as const)('are skipped when they are older than the schedule says ($misfire)', ({ misfire, said }) => {
    expect(words(decide(after([], { ...nightly, misfire, within: 2 * DAY }), missed))).toEqual(said);
  });

  it('are skipped when they are later than the schedule says, also within the minute that counts as in time', () => {
    for (const misfire of ['runAll', 'runLatest', 'skip', 'ask'] as const) {
      expect(words(decide(after([], { ...nightly, misfire, within: 5 }), [due(2, 60), due(3, 6), due(4, 5)]))).toEqual(['skipped:02 too-late', 'skipped:03 too-late', 'started:04 due']);
    }
  });

  it('say how late they are started', () => {
    expect(decide(after([]), [due(4, DAY)])).toMatchObject([{ data: { because: 'misfire', lateSeconds: DAY } }]);
  });

  it('are in time up to a minute', () => {
    expect(words(decide(after([], { ...nightly, misfire: 'skip' }), [due(2, 60), due(3, 61)]))).toEqual(['started:02 due', 'skipped:03 missed']);
  });

  it('and lie before the restored log\'s new epoch are asked about whatever the policy: they may have run', () => {
    expect(words(decide(after([], { ...nightly, misfire: 'runAll' }), missed, { restoredAt: '2026-03-03T12:00:00.000Z' as Instant }))).toEqual(['missed:02 log-restored', 'missed:03 log-restored', 'started:04 misfire']);
  });

  it('and lie before that epoch are not asked about when nobody would want them any more', () => {
    const restoredAt = '2026-03-03T12:00:00.000Z' as Instant;
    expect(words(decide(after([], { ...nightly, misfire: 'runAll', within: 2 * DAY }), missed, { restoredAt }))).toEqual(['skipped:02 too-late', 'missed:03 log-restored', 'started:04 misfire']);
  });

  it('in a long row of the same skip are one event', () => {
    const second = (index: number): DueOccurrence => ({ ...due(2, DAY), key: `2026-03-02T02:${String(Math.floor(index / 60)).padStart(2, '0')}:${String(index % 60).padStart(2, '0')}`, at: new Date(Date.parse('2026-03-02T02:00:00Z') + index * 1000).toISOString() as Instant });
    const events = decide(after([], { ...nightly, misfire: 'skip' }), Array.from({ length: 150 }, (_, index) => second(index)));
    expect(events).toMatchObject([{ type: 'OccurrencesSkipped', data: { count: 150, because: 'missed' } }]);
    expect(after(events).decidedUpTo).toBe(second(149).at);
  });
});

describe('an occurrence that operators are asked about', () => {
  const asked: ScheduleEvent = { type: 'OccurrenceMissed', data: { occurrence: on(2), because: 'policy' } };
  const start = { type: 'StartMissed', schedule: 'nightly', key: on(2).key, due: due(2, DAY) } as const;
  const skip = { type: 'SkipMissed', schedule: 'nightly', key: on(2).key } as const;

  it('starts when they say so', () => {
    expect(scheduleDecider.decide(start, after([asked]))).toMatchObject([{ type: 'OccurrenceStarted', data: { because: 'asked', runs: [{ runId: 'RUN2' }] } }]);
  });

  it('is skipped when they say so', () => {
    expect(scheduleDecider.decide(skip, after([asked]))).toMatchObject([{ type: 'OccurrenceSkipped', data: { because: 'operator' } }]);
  });

  it('is asked about once', () => {
    const answered = after([asked, { type: 'OccurrenceSkipped', data: { occurrence: on(2), because: 'operator' } }]);
    expect(scheduleDecider.decide(start, answered)).toMatchObject({ rejected: 'occurrence-not-asked' });
  });

  it('keeps the clock where it is', () => {
    const state = after([asked, { type: 'OccurrenceSkipped', data: { occurrence: on(4), because: 'missed' } }, { type: 'OccurrenceSkipped', data: { occurrence: on(2), because: 'operator' } }]);
    expect(state.decidedUpTo).toBe(on(4).at);
  });

  it('can still be answered when the schedule is retired', () => {
    expect(scheduleDecider.decide(skip, after([asked, { type: 'ScheduleRetired', data: {} }]))).toHaveLength(1);
  });
});
