import type { JobnetDefinition } from '#events/definition';
import type { JobnetEvent } from '#events/jobnet.events';
import { type JobnetState, jobnetDecider } from './jobnet.decider.js';

const context = {} as Parameters<typeof jobnetDecider.evolve>[2];
const fold = (...events: JobnetEvent[]): JobnetState => events.reduce((state, event) => jobnetDecider.evolve(state, event, context), jobnetDecider.initialState);

function definitionOf(command: string, env: Record<string, string> = {}): JobnetDefinition {
  const job = { id: 'A1', command, agent: 'local', after: [], successCodes: [0], env, parameters: {} };
  return { jobnet: 'A', onFailure: 'hold', parameters: {}, jobs: [job] };
}

const first = definitionOf('one', { X: '1', Y: '2' });
const second = definitionOf('two');
const define = (definition: JobnetDefinition) => ({ type: 'DefineJobnet', definition }) as const;
const defined = (version = 1, definition = first): JobnetEvent => ({ type: 'JobnetDefined', data: { version, definition } });
const revised = (version = 2, definition = second): JobnetEvent => ({ type: 'JobnetRevised', data: { version, definition } });

describe('defining a jobnet', () => {
  it('makes version 1', () => {
    expect(jobnetDecider.decide(define(first), fold())).toEqual([defined()]);
  });

  it('again with the same definition decides nothing', () => {
    expect(jobnetDecider.decide(define(structuredClone(first)), fold(defined()))).toEqual([]);
  });

  it('with variables in another order decides nothing', () => {
    expect(jobnetDecider.decide(define(definitionOf('one', { Y: '2', X: '1' })), fold(defined()))).toEqual([]);
  });

  it('with another definition makes the next version', () => {
    expect(jobnetDecider.decide(define(second), fold(defined()))).toEqual([revised()]);
  });

  it('back to an earlier definition is a version too', () => {
    expect(jobnetDecider.decide(define(first), fold(defined(), revised()))).toEqual([revised(3, first)]);
  });

  it.each([
    ['a vector instead of the string', { ...first, jobs: first.jobs.map((job) => ({ ...job, command: ['one'] })) }],
    ['a directory', { ...first, jobs: first.jobs.map((job) => ({ ...job, cwd: '/' })) }],
    ['another policy', { ...first, onFailure: 'end' as const }],
  ])('with %s is a revision', (_what, definition) => {
    expect(jobnetDecider.decide(define(definition), fold(defined()))).toEqual([revised(2, definition)]);
  });

  it('under the name of another is rejected', () => {
    expect(jobnetDecider.decide(define({ ...second, jobnet: 'B' }), fold(defined()))).toMatchObject({ rejected: 'jobnet-mismatch' });
  });
});

describe('the fold of a jobnet', () => {
  it('keeps the current version', () => {
    expect(fold(defined(), revised())).toMatchObject({ mode: 'enabled', version: 2, definition: second });
  });

  it('leaves the state before as it was', () => {
    const before = fold(defined());
    jobnetDecider.evolve(before, revised(), context);
    expect(before).toEqual(fold(defined()));
  });

  it.each([
    ['revised before defined', [revised()]],
    ['defined twice', [defined(), defined()]],
    ['defined with version 2', [defined(2)]],
    ['revised with a gap', [defined(), revised(3)]],
    ['revised to the same version', [defined(), revised(1)]],
    ['of two jobnets', [defined(), revised(2, { ...second, jobnet: 'B' })]],
  ])('stops at a history %s', (_what, events) => {
    expect(() => fold(...events)).toThrow(expect.objectContaining({ name: 'CorruptHistoryError' }) as Error);
  });
});
