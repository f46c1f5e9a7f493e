import { foldRun, givenRun, statesOf } from '../../test-support/given-run.js';
import { by } from '../../test-support/given.js';
import { chain, job, jobnet } from '../../test-support/jobnets.js';
import { fact, notKnown, report, server, skip } from '../../test-support/run-commands.js';
import { dispatched, finished, plain, runStarted, skipped, started } from '../../test-support/run-events.js';
import { execution, RECORDED_AT } from '../../test-support/run-instants.js';

const a1 = execution('A1').executionId;
const history = [runStarted(chain('A1', 'A2')), dispatched('A1'), started('A1')];
const a1NotKnown = plain('JobNotKnownToAgent', 'A1');

describe('an execution that its agent does not know', () => {
  it('is evidence: the job keeps its state, and nothing follows', () => {
    givenRun(...history).when(notKnown([a1])).then(a1NotKnown);
    const run = foldRun(...history, ...by(server('hello'), a1NotKnown));
    expect(statesOf(run)).toEqual(['running', 'waiting']);
    expect(run.jobs[0]?.executions[0]).toMatchObject({ state: 'running', notKnownSince: RECORDED_AT });
  });

  it('is recorded once', () => {
    givenRun(...history, a1NotKnown).when(notKnown([a1, a1])).thenNothing();
  });

  it('counts only when it was dispatched to that agent and is open', () => {
    givenRun(...history).when(notKnown([a1], 'other')).thenNothing();
    givenRun(...history, finished('A1'), dispatched('A2')).when(notKnown([a1])).thenNothing();
    givenRun(...history).when(notKnown([execution('A1', 2).executionId, execution('Z9').executionId])).thenNothing();
  });

  it('counts for each that was asked for', () => {
    const roots = jobnet([job('A1'), job('B1')]);
    givenRun(runStarted(roots), dispatched('A1'), dispatched('B1')).when(notKnown([a1, execution('B1').executionId]))
      .then(a1NotKnown, plain('JobNotKnownToAgent', 'B1'));
  });

  it('can still be skipped, and its result still counts if it comes after all', () => {
    givenRun(...history, a1NotKnown).when(skip('A1')).then(skipped('A1', 1), dispatched('A2'));
    givenRun(...history, a1NotKnown).when(report(fact.finished('A1'))).then(finished('A1'), dispatched('A2'));
  });

  it('is refused for a run that does not exist', () => {
    givenRun().when(notKnown([a1])).thenRejected('run-not-found');
  });
});
