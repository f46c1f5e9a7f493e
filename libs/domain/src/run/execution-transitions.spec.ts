import { executionStateOf, foldRun, statesOf } from '../../test-support/given-run.js';
import { chain } from '../../test-support/jobnets.js';
import { dispatched, finished, rerunRequested, runStarted, skipped, started } from '../../test-support/run-events.js';
import { executionEventOf, executionIn } from '../../test-support/run-histories.js';
import { type ExecutionEventType, type ExecutionState, isOpenExecution, nextExecutionState } from './execution-transitions.js';

const states = Object.keys(nextExecutionState) as ExecutionState[];
const types = Object.keys(nextExecutionState.dispatched) as ExecutionEventType[];
const cells = states.flatMap((state) => types.map((type) => ({ state, type, next: nextExecutionState[state][type] })));
const corrupt = expect.objectContaining({ name: 'CorruptHistoryError' });

describe('the fold of an execution', () => {
  it.each(states)('is brought to %s by its history', (state) => {
    expect(executionStateOf(foldRun(...executionIn[state]), 'A1')).toBe(state);
  });

  it.each(cells)('moves from $state by $type to $next', ({ state, type, next }) => {
    const history = [...executionIn[state], executionEventOf(type, 'A1')];
    if (next === 'corrupt') expect(() => foldRun(...history)).toThrow(corrupt);
    else expect(executionStateOf(foldRun(...history), 'A1')).toBe(next);
  });

  it.each(cells.filter(({ state }) => isOpenExecution(state)))('moves from $state by $type alone when its job was skipped', ({ state, type, next }) => {
    const history = [...executionIn[state], skipped('A1', 1), executionEventOf(type, 'A1')];
    const needsItsJob = type === 'JobFinished' || type === 'JobStopped';
    if (next === 'corrupt' || needsItsJob) expect(() => foldRun(...history)).toThrow(corrupt);
    else {
      expect(executionStateOf(foldRun(...history), 'A1')).toBe(next);
      expect(statesOf(foldRun(...history))).toEqual(['skipped', 'ready']);
    }
  });

  it('covers the whole table', () => {
    expect(cells).toHaveLength(9 * 15);
  });

  it('moves the newest execution and its job, and an older one alone', () => {
    const two = [runStarted(chain('A1')), dispatched('A1'), rerunRequested('A1'), dispatched('A1', 2, { attempt: 2 })];
    const older = foldRun(...two, started('A1', 1));
    expect([...statesOf(older), executionStateOf(older, 'A1', 1), executionStateOf(older, 'A1', 2)]).toEqual(['dispatched', 'running', 'dispatched']);
    const newer = foldRun(...two, started('A1', 2));
    expect([...statesOf(newer), executionStateOf(newer, 'A1', 1), executionStateOf(newer, 'A1', 2)]).toEqual(['running', 'dispatched', 'running']);
  });

  it('stops at a result of an execution that its job does not wait for', () => {
    const two = [runStarted(chain('A1')), dispatched('A1'), rerunRequested('A1'), dispatched('A1', 2, { attempt: 2 })];
    expect(() => foldRun(...two, finished('A1', 0, 1))).toThrow(/A-20261122~A1~1, which A1 does not wait for/);
  });
});

/** Written by hand from the laws, not read from the table. */
const byHand: readonly (readonly [ExecutionState, ExecutionEventType, ExecutionState | 'corrupt'])[] = [
  ['dispatched', 'JobAccepted', 'accepted'],
  ['dispatched', 'JobStarted', 'running'],
  ['dispatched', 'JobFinished', 'finished'],
  ['dispatched', 'JobNeverStarted', 'never-started'],
  ['dispatched', 'JobDeclined', 'declined'],
  ['dispatched', 'JobNotKnownToAgent', 'dispatched'],
  ['accepted', 'JobAccepted', 'corrupt'],
  ['accepted', 'JobStarted', 'running'],
  ['accepted', 'JobLost', 'lost'],
  ['accepted', 'JobNeverStarted', 'never-started'],
  ['running', 'JobAccepted', 'corrupt'],
  ['running', 'JobStarted', 'corrupt'],
  ['running', 'JobFinished', 'finished'],
  ['running', 'JobStopped', 'stopped'],
  ['running', 'JobLost', 'lost'],
  ['running', 'JobOrphaned', 'running'],
  ['running', 'JobNotKnownToAgent', 'running'],
  ['running', 'JobStopRequested', 'running'],
  ['running', 'JobNeverStarted', 'corrupt'],
  ['running', 'LateResultRecorded', 'finished'],
  ['running', 'ExecutionAbandoned', 'abandoned'],
  ['finished', 'JobFinished', 'corrupt'],
  ['finished', 'LateResultRecorded', 'corrupt'],
  ['finished', 'LateResultAdopted', 'finished'],
  ['finished', 'JobLost', 'corrupt'],
  ['lost', 'JobFinished', 'corrupt'],
  ['lost', 'LateResultRecorded', 'finished'],
  ['abandoned', 'LateResultRecorded', 'finished'],
  ['abandoned', 'JobFinished', 'corrupt'],
  ['never-started', 'JobStarted', 'corrupt'],
  ['never-started', 'LateResultRecorded', 'finished'],
  ['abandoned', 'JobNotKnownToAgent', 'abandoned'],
  ['running', 'JobKnownToAgent', 'running'],
  ['abandoned', 'JobKnownToAgent', 'abandoned'],
  ['lost', 'JobKnownToAgent', 'corrupt'],
  ['declined', 'JobFinished', 'corrupt'],
];

describe('the table of an execution', () => {
  it.each(byHand)('says of %s and %s: %s', (state, type, next) => {
    expect(nextExecutionState[state][type]).toBe(next);
  });

  it('lets every open one be given up by an operator (law 7)', () => {
    for (const state of states.filter(isOpenExecution)) expect(nextExecutionState[state].ExecutionAbandoned).toBe('abandoned');
  });

  it('opens nothing that has ended', () => {
    for (const { state, next } of cells) if (!isOpenExecution(state) && next !== 'corrupt') expect({ next, open: isOpenExecution(next) }).toEqual({ next, open: false });
  });

  it('lets evidence change no state (law 5)', () => {
    for (const state of states) expect([state, 'corrupt']).toEqual(expect.arrayContaining([nextExecutionState[state].JobNotKnownToAgent, nextExecutionState[state].JobKnownToAgent]));
  });
});
