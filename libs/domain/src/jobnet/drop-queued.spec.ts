import type { JobnetEvent } from '#events/jobnet.events';
import { given } from '../../test-support/given.js';
import { server } from '../../test-support/run-commands.js';
import type { FoldContext } from '../decider.js';
import type { DropQueued } from './drop-queued.js';
import { type JobnetCommand, jobnetDecider, type JobnetState } from './jobnet.decider.js';

type Sent = JobnetCommand & { readonly context: FoldContext };

const defined: JobnetEvent = { type: 'JobnetDefined', data: { version: 1, definition: { jobnet: 'A', onFailure: 'hold', parameters: {}, jobs: [] } } };
const admitted: JobnetEvent = { type: 'RunAdmitted', data: { runId: 'R1' } };
const queued = (runId: string, schedule: string): JobnetEvent => ({ type: 'RunQueued', data: { runId, schedule, key: '2026-03-01T02:00', behind: ['R1'], replaces: false } });
const dropped = (runId: string): JobnetEvent => ({ type: 'QueuedRunDropped', data: { runId, by: runId } });
const drop = (which: DropQueued['which'], more: Partial<DropQueued> = {}): Sent => ({ type: 'DropQueued', jobnet: 'A', which, most: 400, ...more, context: server('drop') });

const waiting = () => given<JobnetState, Sent, JobnetEvent>(jobnetDecider, defined, admitted, queued('R2', 'nightly'), queued('R3', 'hourly'), queued('R4', 'nightly'));

describe('runs that wait for their turn', () => {
  it('are dropped all, or those of one schedule; that they wait no more is already so', () => {
    waiting().when(drop({ all: true })).then(dropped('R2'), dropped('R3'), dropped('R4'));
    waiting().when(drop({ schedule: 'nightly' })).then(dropped('R2'), dropped('R4'));
    waiting().when(drop({ schedule: 'other' })).thenNothing();
  });

  it('are dropped one by one', () => {
    const state = [defined, admitted, queued('R2', 'nightly')].reduce<JobnetState>((before, event) => jobnetDecider.evolve(before, event, server('x')), jobnetDecider.initialState);
    expect(jobnetDecider.decide(drop({ run: 'R2' }), state)).toEqual([dropped('R2')]);
  });

  it('are dropped as many as one append holds, the first ones', () => {
    const state = [defined, ...Array.from({ length: 5 }, (_, index) => queued(`R${index}`, 'nightly'))].reduce<JobnetState>((before, event) => jobnetDecider.evolve(before, event, server('x')), jobnetDecider.initialState);
    expect(jobnetDecider.decide(drop({ all: true }, { most: 2 }), state)).toEqual([dropped('R0'), dropped('R1')]);
  });

  it('are dropped while the jobnet is closed, too', () => {
    given<JobnetState, Sent, JobnetEvent>(jobnetDecider, defined, queued('R2', 'nightly'), { type: 'JobnetRetired', data: {} }).when(drop({ all: true })).then(dropped('R2'));
  });

  it.each([
    [drop({ run: 'R1' }), 'run-not-queued', /its turn has come/],
    [drop({ run: 'R9' }), 'run-not-queued', /never waited/],
    [drop({ all: true }, { expect: { state: 'disabled' } }), 'not-as-expected', /A is enabled, not disabled/],
  ] as const)('are not dropped, and it is said why: %#', (command, code, words) => {
    waiting().when(command).thenRejected(code, words);
  });

  it('are not there in a jobnet that nobody has defined', () => {
    given<JobnetState, Sent, JobnetEvent>(jobnetDecider).when(drop({ all: true })).thenRejected('jobnet-not-found');
  });
});
