import type { JobnetEvent } from '#events/jobnet.events';
import fc from 'fast-check';
import { isRejection } from '../rejection.js';
import { jobnetDecider, type JobnetState } from './jobnet.decider.js';

const context = { at: '2026-03-01T00:00:00.000Z', actor: { kind: 'server', id: 's' }, commandId: 'c' } as Parameters<typeof jobnetDecider.evolve>[2];
const defined: JobnetEvent = { type: 'JobnetDefined', data: { version: 1, definition: { jobnet: 'A', onFailure: 'hold', parameters: {}, jobs: [] } } };

const fold = (...events: JobnetEvent[]): JobnetState => [defined, ...events].reduce((state, event) => jobnetDecider.evolve(state, event, context), jobnetDecider.initialState);

type Overlap = 'skip' | 'queue' | 'replace';
const admit = (state: JobnetState, runId: string, overlap: Overlap, { open = [], over = [] }: { open?: string[]; over?: string[] } = {}): readonly JobnetEvent[] => {
  const decision = jobnetDecider.decide({ type: 'AdmitRun', jobnet: 'A', runId, schedule: 'nightly', key: '2026-03-01T02:00', overlap, open, over }, state);
  if (isRejection(decision)) throw new Error(decision.message);
  return decision;
};
const next = (state: JobnetState, { open = [], over = [] }: { open?: string[]; over?: string[] } = {}) => jobnetDecider.decide({ type: 'AdmitNext', open, over }, state) as readonly JobnetEvent[];

describe('a run that a schedule wants', () => {
  it('is admitted when no other run of the jobnet is open', () => {
    expect(admit(fold(), 'R1', 'skip')).toEqual([{ type: 'RunAdmitted', data: { runId: 'R1' } }]);
  });

  it('is admitted once', () => {
    expect(admit(fold(...admit(fold(), 'R1', 'skip')), 'R1', 'skip')).toEqual([]);
  });

  it.each([
    { overlap: 'skip', types: ['RunPassedOver'] },
    { overlap: 'queue', types: ['RunQueued'] },
    { overlap: 'replace', types: ['RunQueued'] },
  ] as const)('beside one that was admitted a moment ago is decided by its policy ($overlap), though that one has not begun', ({ overlap, types }) => {
    expect(admit(fold(...admit(fold(), 'R1', 'skip')), 'R2', overlap).map(({ type }) => type)).toEqual(types);
  });

  it('beside one that an operator has started is decided by its policy as well', () => {
    expect(admit(fold(), 'R1', 'skip', { open: ['M1'] })).toMatchObject([{ type: 'RunPassedOver', data: { because: ['M1'] } }]);
  });

  it('is admitted when the one before is over, and says so', () => {
    expect(admit(fold(...admit(fold(), 'R1', 'skip')), 'R2', 'skip', { over: ['R1'] })).toEqual([{ type: 'RunAdmitted', data: { runId: 'R2', over: ['R1'] } }]);
  });

  it('once more, after it was admitted and could not begin, is decided anew', () => {
    const admitted = fold(...admit(fold(), 'R1', 'skip'));
    const again = admit(admitted, 'R1', 'skip', { over: ['R1'] });
    expect(again).toEqual([{ type: 'RunAdmitted', data: { runId: 'R1', over: ['R1'] } }]);
    expect(admit(again.reduce((state, event) => jobnetDecider.evolve(state, event, context), admitted), 'R1', 'skip')).toEqual([]);
    expect(admit(admitted, 'R1', 'skip', { over: ['R1'], open: ['M1'] })).toMatchObject([{ type: 'RunPassedOver', data: { runId: 'R1', because: ['M1'], over: ['R1'] } }]);
  });

  it('of a jobnet that is disabled is refused', () => {
    expect(jobnetDecider.decide({ type: 'AdmitRun', jobnet: 'A', runId: 'R1', schedule: 'nightly', key: '2026-03-01T02:00', overlap: 'skip', open: [], over: [] }, fold({ type: 'JobnetDisabled', data: {} }))).toMatchObject({ rejected: 'jobnet-disabled' });
  });
});

describe('runs that wait', () => {
  const busy = fold(...admit(fold(), 'R1', 'queue'));
  const waiting = [...admit(busy, 'R2', 'queue')];
  const both = fold(...admit(fold(), 'R1', 'queue'), ...waiting, ...admit(fold(...admit(fold(), 'R1', 'queue'), ...waiting), 'R3', 'queue'));

  it('come in their order, one after the other', () => {
    const second = next(both, { over: ['R1'] });
    expect(second).toEqual([{ type: 'RunAdmitted', data: { runId: 'R2', over: ['R1'] } }]);
    expect(next(second.reduce((state, event) => jobnetDecider.evolve(state, event, context), both))).toEqual([]);
  });

  it('go on waiting while anything is open', () => {
    expect(next(both)).toEqual([]);
    expect(next(both, { over: ['R1'], open: ['M1'] })).toEqual([]);
  });

  it('are not overtaken', () => {
    expect(admit(both, 'R4', 'skip', { over: ['R1'] })).toMatchObject([{ type: 'RunPassedOver', data: { because: ['R2', 'R3'] } }]);
  });

  it('wait while the jobnet is closed', () => {
    expect(next(jobnetDecider.evolve(both, { type: 'JobnetDisabled', data: {} }, context), { over: ['R1'] })).toEqual([]);
  });
});

describe('a run that replaces', () => {
  it('waits behind what is stopped for it, and drops the one that waited to replace it', () => {
    const first = fold(...admit(fold(), 'R1', 'replace'));
    const second = [...admit(first, 'R2', 'replace')];
    expect(second).toMatchObject([{ type: 'RunQueued', data: { runId: 'R2', behind: ['R1'], replaces: true } }]);
    const third = admit(second.reduce((state, event) => jobnetDecider.evolve(state, event, context), first), 'R3', 'replace');
    expect(third).toMatchObject([{ type: 'QueuedRunDropped', data: { runId: 'R2', by: 'R3' } }, { type: 'RunQueued', data: { runId: 'R3' } }]);
  });
});

it('never admits a run while another one is admitted and not over, whatever comes in which order', () => {
  const step = fc.record({ runId: fc.integer({ min: 1, max: 8 }).map((number) => `R${number}`), overlap: fc.constantFrom<Overlap>('skip', 'queue', 'replace'), ends: fc.boolean() });
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    let state = fold();
    const open = new Set<string>();
    const seen = new Set<string>();
    const record = (events: readonly JobnetEvent[]) => {
      for (const event of events) {
        state = jobnetDecider.evolve(state, event, context);
        if (event.type !== 'RunAdmitted') continue;
        expect([...open]).toEqual([]);
        open.add(event.data.runId);
        seen.add(event.data.runId);
      }
    };
    for (const { runId, overlap, ends } of steps) {
      const over = () => [...state.admissions.admitted].filter((each) => !open.has(each));
      if (ends) open.clear();
      if (!seen.has(runId)) record(admit(state, runId, overlap, { over: over() }));
      record(next(state, { over: over() }));
    }
  }));
});
