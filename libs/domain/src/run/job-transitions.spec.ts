import { foldRun, statesOf } from '../../test-support/given-run.js';
import type { Instant } from '#events/vocabulary';
import { chain, job, jobnet } from '../../test-support/jobnets.js';
import * as event from '../../test-support/run-events.js';
import { jobIn, type ToldTransition, transitionOfA2 } from '../../test-support/run-histories.js';
import { isExecuting, isThrough, isWrong, type JobState, type JobTransition, nextJobState } from './job-transitions.js';
import { jobOf } from './run.state.js';

const LATER = '2026-11-22T20:01:00.000Z' as Instant;

const states = Object.keys(nextJobState) as JobState[];
const transitions = (Object.keys(nextJobState.waiting) as JobTransition[]).filter((each): each is ToldTransition => !/^(predecessor|through)/.test(each));
const cells = states.flatMap((state) => transitions.map((transition) => ({ state, transition, next: nextJobState[state][transition] })));

/** A job that is released goes on to where its predecessors let it: through already, wherever these histories have it held. */
function shownAs(next: JobState): JobState {
  return next === 'waiting' ? 'ready' : next;
}

describe('the fold of a job', () => {
  it.each(states)('is brought to %s by its history', (state) => {
    expect(jobOf(foldRun(...jobIn[state]), 'A2')?.state).toBe(state);
  });

  it.each(cells)('moves from $state by $transition to $next', ({ state, transition, next }) => {
    const history = [...jobIn[state], transitionOfA2(transition, state)];
    if (next === 'corrupt') expect(() => foldRun(...history)).toThrow(expect.objectContaining({ name: 'CorruptHistoryError' }));
    else expect(jobOf(foldRun(...history), 'A2')?.state).toBe(shownAs(next));
  });

  it('covers the whole table', () => {
    expect(cells).toHaveLength(13 * 26);
    for (const state of states) expect(Object.keys(nextJobState[state]).sort()).toEqual(Object.keys(nextJobState.waiting).sort());
  });
});

describe('a job whose predecessors are through', () => {
  const net = event.runStarted(chain('A1', 'A2'));
  const slow = event.runStarted(jobnet([job('A1'), job('A2', { after: ['A1'], delaySeconds: 60 })]));
  const afterRerun = [event.rerunRequested('A1'), event.dispatched('A1', 2, { attempt: 2 })];
  const begun = [net, event.dispatched('A1'), event.finished('A1')];
  const before: readonly (readonly [JobState, readonly Parameters<typeof foldRun>[number][]])[] = [
    ['waiting', [net, event.dispatched('A1')]],
    ['held', [net, event.held('A2'), event.dispatched('A1')]],
    ['skipped', [net, event.skipped('A2'), event.dispatched('A1')]],
    ['retrying', [...begun, event.dispatched('A2'), event.finished('A2', 1), event.retryPlanned('A2', LATER), ...afterRerun]],
    ['dispatched', [...begun, event.dispatched('A2'), ...afterRerun]],
    ['running', [...begun, event.dispatched('A2'), event.started('A2'), ...afterRerun]],
    ['succeeded', [...begun, event.dispatched('A2'), event.finished('A2'), ...afterRerun]],
    ['failed', [...begun, event.dispatched('A2'), event.finished('A2', 1), ...afterRerun]],
    ['failed-settled', [...begun, event.dispatched('A2'), event.settled('A2', 'failed'), ...afterRerun]],
    ['stopped', [...begun, event.dispatched('A2'), event.stopped('A2'), ...afterRerun]],
    ['lost', [...begun, event.dispatched('A2'), event.plain('JobLost', 'A2'), ...afterRerun]],
  ];

  it.each(before)('moves from %s as the table says, or not at all', (state, history) => {
    expect(jobOf(foldRun(...history), 'A2')?.state).toBe(state);
    const ordinal = jobOf(foldRun(...history), 'A1')?.executions.length;
    const next = nextJobState[state]['predecessors-through'];
    expect(jobOf(foldRun(...history, event.finished('A1', 0, ordinal)), 'A2')?.state).toBe(next === 'corrupt' ? state : next);
  });

  it('is every state of the table', () => {
    // Ready or delayed it is already: its predecessors cannot get through once more without making it wait before.
    expect([...before.map(([state]) => state), 'ready', 'delayed'].sort()).toEqual([...states].sort());
  });

  it.each([...before.slice(3), ['ready', begun], ['delayed', [slow, ...begun.slice(1)]], ['held', [...begun, event.held('A2')]]] as typeof before)('and is %s waits again for one that runs once more, if it has not begun', (state, history) => {
    const reruns = jobOf(foldRun(...history), 'A1')?.state === 'succeeded' ? history : [...history, event.finished('A1', 0, 2)];
    const next = nextJobState[state]['predecessor-again'];
    expect(jobOf(foldRun(...reruns, event.rerunRequested('A1')), 'A2')?.state).toBe(next === 'corrupt' ? state : next);
  });

  it.each([['ready', begun, []], ['delayed', [slow, ...begun.slice(1)], []], ['held', begun, [event.held('A2')]]] as const)('and is %s waits again when the late result of one is adopted, and is a failure', (state, history, further) => {
    const settled = history.flatMap((each) => (each.type === 'JobFinished' ? [event.intent('ExecutionAbandoned', 'A1'), event.lateResult('A1', 1), event.settled('A1', 'succeeded')] : [each]));
    const before = [...settled, ...further];
    expect(jobOf(foldRun(...before), 'A2')?.state).toBe(state);
    expect(jobOf(foldRun(...before, event.adopted('A1', 'failed')), 'A2')?.state).toBe(state === 'held' ? 'held' : 'waiting');
  });

  it('is released to wait when they are not', () => {
    expect(statesOf(foldRun(net, event.held('A2'), event.released('A2')))).toEqual(['ready', 'waiting']);
  });
});

/** Written by hand from the laws, not read from the table: a slip in the table is caught here. */
const byHand: readonly (readonly [JobState, JobTransition, JobState | 'corrupt'])[] = [
  ['waiting', 'predecessors-through', 'ready'],
  ['waiting', 'through-but-delayed', 'delayed'],
  ['waiting', 'through-but-retrying', 'retrying'],
  ['held', 'through-but-delayed', 'held'],
  ['delayed', 'JobDelayPassed', 'ready'],
  ['delayed', 'JobReleased', 'ready'],
  ['delayed', 'JobHeld', 'held'],
  ['delayed', 'predecessor-again', 'waiting'],
  ['delayed', 'ExecutionRecovered', 'dispatched'],
  ['failed', 'JobRetryPlanned', 'retrying'],
  ['stopped', 'JobRetryPlanned', 'retrying'],
  ['lost', 'JobRetryPlanned', 'corrupt'],
  ['failed-settled', 'JobRetryPlanned', 'corrupt'],
  ['retrying', 'JobRerunRequested', 'ready'],
  ['retrying', 'JobHeld', 'held'],
  ['retrying', 'JobOutcomeSettled:failed', 'failed-settled'],
  ['retrying', 'ExecutionRecovered', 'dispatched'],
  ['waiting', 'JobDispatched', 'corrupt'],
  ['waiting', 'JobSkipped', 'skipped'],
  ['waiting', 'JobHeld', 'held'],
  ['held', 'JobDispatched', 'corrupt'],
  ['held', 'JobReleased', 'waiting'],
  ['held', 'JobSkipped', 'skipped'],
  ['ready', 'JobDispatched', 'dispatched'],
  ['ready', 'JobFinished:succeeded', 'corrupt'],
  ['ready', 'JobSkipped', 'skipped'],
  ['dispatched', 'JobDispatched', 'corrupt'],
  ['dispatched', 'JobAccepted', 'dispatched'],
  ['dispatched', 'JobDeclined', 'held'],
  ['dispatched', 'JobNeverStarted', 'ready'],
  ['dispatched', 'JobNotKnownToAgent', 'dispatched'],
  ['dispatched', 'JobFinished:succeeded', 'succeeded'],
  ['dispatched', 'JobStarted', 'running'],
  ['running', 'JobDispatched', 'corrupt'],
  ['running', 'JobFinished:succeeded', 'succeeded'],
  ['running', 'JobFinished:failed', 'failed'],
  ['running', 'JobLost', 'lost'],
  ['running', 'JobOrphaned', 'running'],
  ['running', 'JobNotKnownToAgent', 'running'],
  ['running', 'JobNeverStarted', 'corrupt'],
  ['running', 'JobStopRequested', 'running'],
  ['running', 'JobStopped', 'stopped'],
  ['running', 'JobSkipped', 'skipped'],
  ['running', 'ExecutionAbandoned', 'lost'],
  ['running', 'JobOutcomeSettled:failed', 'failed-settled'],
  ['succeeded', 'JobSkipped', 'corrupt'],
  ['succeeded', 'JobDispatched', 'corrupt'],
  ['succeeded', 'JobFinished:failed', 'corrupt'],
  ['failed', 'JobSkipped', 'skipped'],
  ['failed', 'JobRerunRequested', 'ready'],
  ['failed', 'JobDispatched', 'corrupt'],
  ['lost', 'JobOutcomeSettled:succeeded', 'succeeded'],
  ['lost', 'JobFailedByPolicy', 'failed'],
  ['waiting', 'ExecutionRecovered', 'dispatched'],
  ['ready', 'ExecutionRecovered', 'dispatched'],
  ['held', 'ExecutionRecovered', 'dispatched'],
  ['running', 'ExecutionRecovered', 'dispatched'],
  ['succeeded', 'ExecutionRecovered', 'succeeded'],
  ['lost', 'ExecutionRecovered', 'lost'],
  ['running', 'JobFailedByPolicy', 'failed'],
  ['skipped', 'JobFailedByPolicy', 'corrupt'],
  ['stopped', 'JobFailedByPolicy', 'corrupt'],
  ['lost', 'JobFinished:succeeded', 'corrupt'],
  ['lost', 'LateResultAdopted:succeeded', 'succeeded'],
  ['skipped', 'JobFinished:succeeded', 'corrupt'],
  ['skipped', 'LateResultAdopted:succeeded', 'succeeded'],
  ['skipped', 'predecessors-through', 'corrupt'],
];

describe('the table of a job', () => {
  it.each(byHand)('says of %s and %s: %s', (state, transition, next) => {
    expect(nextJobState[state][transition]).toBe(next);
  });

  it('has an exit by an operator from every state that is not final (law 7)', () => {
    const operators = transitions.filter((each) => /^(JobHeld|JobReleased|JobSkipped|JobRerunRequested|JobOutcomeSettled|LateResultAdopted|ExecutionAbandoned)/.test(each));
    for (const state of states.filter((each) => !isThrough(each) && each !== 'failed-settled')) {
      const exits = operators.map((each) => nextJobState[state][each]).filter((next) => next !== 'corrupt' && next !== state);
      expect({ state, exits }).not.toEqual({ state, exits: [] });
    }
  });

  it('lets a skip lead out of every state that holds the flow up', () => {
    for (const state of states.filter((each) => !isThrough(each) && each !== 'failed-settled')) expect(nextJobState[state].JobSkipped).toBe('skipped');
  });

  it('dispatches from ready alone, so that nothing runs twice by itself (law 3)', () => {
    expect(states.filter((state) => nextJobState[state].JobDispatched !== 'corrupt')).toEqual(['ready']);
  });

  it('lets evidence change no state (law 5)', () => {
    for (const state of states) expect([state, 'corrupt']).toEqual(expect.arrayContaining([nextJobState[state].JobNotKnownToAgent, nextJobState[state].JobKnownToAgent]));
  });

  it('sorts every state into at most one kind', () => {
    for (const state of states) expect([isThrough(state), isWrong(state), isExecuting(state)].filter(Boolean).length).toBeLessThanOrEqual(1);
    expect(states.filter(isThrough)).toEqual(['succeeded', 'skipped']);
    expect(states.filter(isWrong)).toEqual(['failed', 'stopped', 'lost']);
    expect(states.filter(isExecuting)).toEqual(['dispatched', 'running']);
  });
});
