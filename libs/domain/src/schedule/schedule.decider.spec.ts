import type { ScheduleEvent } from '#events/planning/schedule.events';
import type { ScheduleDefinition } from '#events/planning/schedule-definition';
import type { Instant } from '#events/vocabulary';
import { scheduleAnswers, type ScheduleMode } from './schedule-answers.js';
import { type ScheduleCommand, scheduleDecider } from './schedule.decider.js';

const at = (time: string): Instant => `2026-03-01T${time}.000Z` as Instant;
const context = (time: string) => ({ at: at(time), actor: { kind: 'operator', id: 'hanako' }, commandId: 'c' } as const);

const definition: ScheduleDefinition = {
  schedule: 'nightly', jobnets: ['A'], rule: { kind: 'cron', cron: '30 2 * * *' }, timeZone: 'Europe/Berlin', closed: 'skip', shift: 0, gap: 'run', fold: 'first', misfire: 'runLatest', overlap: 'allow', parameters: {},
};
const defined: ScheduleEvent = { type: 'ScheduleDefined', data: { version: 1, definition } };
const paused: ScheduleEvent = { type: 'SchedulePaused', data: {} };
const retired: ScheduleEvent = { type: 'ScheduleRetired', data: {} };
const HISTORIES: Record<ScheduleMode, ScheduleEvent[]> = { absent: [], active: [defined], paused: [defined, paused], retired: [defined, retired] };

const fold = (events: readonly ScheduleEvent[], time = '10:00:00') => events.reduce((state, event) => scheduleDecider.evolve(state, event, context(time)), scheduleDecider.initialState);

describe.each(Object.keys(HISTORIES) as ScheduleMode[])('a schedule that is %s', (mode) => {
  it.each(['PauseSchedule', 'ResumeSchedule', 'RetireSchedule'] as const)('answers %s as the table says', (type) => {
    const decision = scheduleDecider.decide({ type, schedule: 'nightly' }, fold(HISTORIES[mode]));
    const answer = scheduleAnswers[mode][type];
    if (answer === 'already so') expect(decision).toEqual([]);
    else if (answer.startsWith('Schedule')) expect(decision).toEqual([{ type: answer, data: {} }]);
    else expect(decision).toMatchObject({ rejected: answer });
  });

  it('answers a new definition as the table says', () => {
    const decision = scheduleDecider.decide({ type: 'DefineSchedule', definition: { ...definition, jobnets: ['B'] } }, fold(HISTORIES[mode]));
    const answer = scheduleAnswers[mode].DefineSchedule;
    if (answer.startsWith('Schedule')) expect(decision).toMatchObject([{ type: answer }]);
    else expect(decision).toMatchObject({ rejected: answer });
  });
});

describe('defining a schedule', () => {
  it('again with the same definition decides nothing', () => {
    expect(scheduleDecider.decide({ type: 'DefineSchedule', definition: structuredClone(definition) }, fold([defined]))).toEqual([]);
  });

  it('starts what is due after that instant, not before', () => {
    expect(fold([defined], '11:00:00').decidedUpTo).toBe(at('11:00:00'));
  });
});

describe('resuming a schedule', () => {
  it('begins with what is due from then on: what came due while it was retired is not made up for', () => {
    const state = [defined, retired].reduce((before, event) => scheduleDecider.evolve(before, event, context('10:00:00')), scheduleDecider.initialState);
    const resumed = scheduleDecider.evolve(state, { type: 'ScheduleResumed', data: {} }, context('23:00:00'));
    expect(resumed).toMatchObject({ mode: 'active', decidedUpTo: at('23:00:00') });
    expect(resumed.closed).toBeUndefined();
  });

  it('is refused when the operator saw another version', () => {
    expect(scheduleDecider.decide({ type: 'ResumeSchedule', schedule: 'nightly', expect: { version: 7 } }, fold([defined, paused]))).toMatchObject({ rejected: 'not-as-expected' });
  });
});

describe('a newer zone database', () => {
  const next = { key: '2026-04-01T02:30', at: '2026-04-01T00:30:00.000Z' as Instant, zoneData: '2025c' };
  const planned = fold([{ ...defined, data: { ...defined.data, next } }]);
  const to = '2026-04-01T01:30:00.000Z' as Instant;
  const move = (zoneData: string): ScheduleCommand => ({ type: 'MoveOccurrence', key: next.key, from: next.at, to, zoneData, next: { ...next, at: to, zoneData } });

  it('that moves a start is on record', () => {
    expect(scheduleDecider.decide(move('2026b'), planned)).toMatchObject([{
      type: 'OccurrenceMoved', data: { key: next.key, from: next.at, to: '2026-04-01T01:30:00.000Z', zoneData: '2026b', formerZoneData: '2025c' },
    }]);
  });

  it('is so once', () => {
    expect(scheduleDecider.decide(move('2025c'), planned)).toEqual([]);
  });

  it('is compared with what was foretold last, until that was compared or the schedule is revised', () => {
    const clocks = { until: '2027-04-01T00:00:00.000Z' as Instant, offsets: [{ from: '2026-03-31T00:00:00.000Z' as Instant, seconds: 7200 }] };
    const foretold: ScheduleEvent = { type: 'ScheduleDefined', data: { version: 1, definition, next: { ...next, clocks } } };
    const skipped: ScheduleEvent = { type: 'OccurrenceSkipped', data: { occurrence: { ...next, local: next.key, businessDay: '2026-04-01' }, because: 'paused', next } };
    const moved: ScheduleEvent = { type: 'OccurrenceMoved', data: { key: next.key, from: next.at, to, zoneData: '2026b', formerZoneData: '2025c' } };
    expect(fold([foretold, skipped]).foretold).toEqual({ zoneData: '2025c', clocks });
    expect(fold([foretold, moved])).toMatchObject({ foretold: undefined, next: undefined });
    expect(fold([foretold, { type: 'ScheduleRevised', data: { version: 2, definition, next } }]).foretold).toBeUndefined();
  });
});

describe('the fold of a schedule', () => {
  it.each([
    ['revised before defined', [{ type: 'ScheduleRevised', data: { version: 1, definition } }]],
    ['defined twice', [defined, defined]],
    ['revised with a gap', [defined, { type: 'ScheduleRevised', data: { version: 3, definition } }]],
    ['paused twice', [defined, paused, paused]],
    ['not started before defined', [{ type: 'OccurrenceNotStarted', data: { key: '2026-03-02T02:30', jobnet: 'A', runId: 'R', code: 'x', message: 'x' } }]],
  ] as [string, ScheduleEvent[]][])('stops at a history %s', (_what, events) => {
    expect(() => fold(events)).toThrow(expect.objectContaining({ name: 'CorruptHistoryError' }) as Error);
  });
});
