import { foldRun, givenRun, statesOf } from '../../test-support/given-run.js';
import { by } from '../../test-support/given.js';
import { chain, job, jobnet } from '../../test-support/jobnets.js';
import { fact, known, notKnown, report, server, skip } from '../../test-support/run-commands.js';
import { dispatched, finished, intent, plain, runStarted, skipped, started } from '../../test-support/run-events.js';
import { takesSlot } from './run.state.js';
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

  it('is known after all when the agent holds it, once; and then it may be unknown again', () => {
    const a1Known = intent('JobKnownToAgent', 'A1');
    givenRun(...history).when(known([a1])).thenNothing();
    givenRun(...history, a1NotKnown).when(known([a1], 'other')).thenNothing();
    givenRun(...history, a1NotKnown).when(known([a1, a1])).then(a1Known);
    givenRun(...history, a1NotKnown, a1Known).when(known([a1])).thenNothing();
    givenRun(...history, a1NotKnown, a1Known).when(notKnown([a1])).then(a1NotKnown);
    givenRun(...history, a1NotKnown, a1Known, a1NotKnown).when(known([a1])).then(a1Known);
    givenRun(...history, a1NotKnown, finished('A1')).when(known([a1])).thenNothing();
  });

  it('takes a slot again once it is known after all', () => {
    const openOf = (...events: Parameters<typeof foldRun>) => foldRun(...events).jobs[0]?.executions[0];
    const slots = [[], [a1NotKnown], [a1NotKnown, intent('JobKnownToAgent', 'A1')]].map((events) => openOf(...history, ...events)).map((each) => each !== undefined && takesSlot(each));
    expect(slots).toEqual([true, false, true]);
  });

  it('is refused for a run that does not exist', () => {
    givenRun().when(notKnown([a1])).thenRejected('run-not-found');
  });
});
