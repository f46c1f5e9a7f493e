import type { JobDefinition } from '#events/definition';
import type { RunEvent } from '#events/run.events';
import { givenRun } from '../../test-support/given-run.js';
import { job, jobnet } from '../../test-support/jobnets.js';
import { abandon, fact, notKnown, report, skip } from '../../test-support/run-commands.js';
import { dispatched, failedByPolicy, intent, lateResult, plain, rerunByPolicy, runFinished, runStarted, skipped, started } from '../../test-support/run-events.js';
import { execution } from '../../test-support/run-instants.js';

const id = (ordinal = 1) => execution('A1', ordinal).executionId;
const once = (policies: Partial<JobDefinition>, onFailure: 'hold' | 'end' = 'hold'): RunEvent[] => [
  runStarted(jobnet([job('A1', policies), job('A2', { after: ['A1'] })], { onFailure })), dispatched('A1'), started('A1'),
];
const again = (ordinal: number) => dispatched('A1', ordinal, { attempt: ordinal });

describe('a job whose execution is lost', () => {
  it('waits for an operator unless its author has written something else', () => {
    for (const policies of [{}, { onLost: 'ask' as const }, { onUnknown: 'rerun' as const }]) {
      givenRun(...once(policies)).when(report(fact.lost('A1'))).then(plain('JobLost', 'A1'));
    }
  });

  it('fails with onLost: fail, and what follows a failure follows', () => {
    givenRun(...once({ onLost: 'fail' })).when(report(fact.lost('A1'))).then(plain('JobLost', 'A1'), failedByPolicy('A1', 'onLost'));
    givenRun(...once({ onLost: 'fail' }, 'end')).when(report(fact.lost('A1'))).then(plain('JobLost', 'A1'), failedByPolicy('A1', 'onLost'), runFinished('failed'));
  });

  it('is run again with onLost: rerun, and the log says which policy asked for it (law 3)', () => {
    givenRun(...once({ onLost: 'rerun' })).when(report(fact.lost('A1'))).then(plain('JobLost', 'A1'), rerunByPolicy('A1', 'onLost'), again(2));
  });

  it('is run again three times in a row, and then a person is asked', () => {
    const lostAgain = (ordinal: number): RunEvent[] => [plain('JobLost', 'A1', ordinal), rerunByPolicy('A1', 'onLost', ordinal), again(ordinal + 1), started('A1', ordinal + 1)];
    const tired = [...once({ onLost: 'rerun' }), ...lostAgain(1), ...lostAgain(2)];
    givenRun(...tired).when(report(fact.lost('A1', 3))).then(plain('JobLost', 'A1', 3), rerunByPolicy('A1', 'onLost', 3), again(4));
    givenRun(...tired, ...lostAgain(3)).when(report(fact.lost('A1', 4))).then(plain('JobLost', 'A1', 4));
  });

  it('is left alone where a person has decided it, or wants it stopped', () => {
    givenRun(...once({ onLost: 'rerun' }), skipped('A1', 1), dispatched('A2')).when(report(fact.lost('A1'))).then(plain('JobLost', 'A1'));
    givenRun(...once({ onLost: 'rerun' }), intent('JobStopRequested', 'A1')).when(report(fact.lost('A1'))).then(plain('JobLost', 'A1'));
  });
});

describe('a job whose execution is not known to its agent', () => {
  it('fails with onUnknown: fail while the execution stays open: its result would be a late one', () => {
    givenRun(...once({ onUnknown: 'fail' })).when(notKnown([id()])).then(plain('JobNotKnownToAgent', 'A1'), failedByPolicy('A1', 'onUnknown'));
    givenRun(...once({ onUnknown: 'fail' }), plain('JobNotKnownToAgent', 'A1'), failedByPolicy('A1', 'onUnknown')).when(report(fact.finished('A1'))).then(lateResult('A1'));
  });

  it('is run again with onUnknown: rerun, beside what may still run somewhere', () => {
    givenRun(...once({ onUnknown: 'rerun' })).when(notKnown([id()])).then(plain('JobNotKnownToAgent', 'A1'), rerunByPolicy('A1', 'onUnknown'), again(2));
  });

  it('is not run again for ever', () => {
    const unknownAgain = (ordinal: number): RunEvent[] => [plain('JobNotKnownToAgent', 'A1', ordinal), rerunByPolicy('A1', 'onUnknown', ordinal), again(ordinal + 1)];
    givenRun(...once({ onUnknown: 'rerun' }), ...unknownAgain(1), ...unknownAgain(2), ...unknownAgain(3)).when(notKnown([id(4)])).then(plain('JobNotKnownToAgent', 'A1', 4));
  });
});

describe('an execution that is abandoned', () => {
  it('gives its slot back, and its job is lost and waits for an operator, whatever its author wrote', () => {
    givenRun(...once({ onLost: 'rerun' })).when(abandon(id())).then(intent('ExecutionAbandoned', 'A1'));
  });

  it('with its whole agent follows onLost', () => {
    const declared: RunEvent = { type: 'ExecutionAbandoned', data: { ...execution('A1'), agentDeclaredLost: true } };
    givenRun(...once({})).when(abandon(id(), true)).then(declared);
    givenRun(...once({ onLost: 'rerun' })).when(abandon(id(), true)).then(declared, rerunByPolicy('A1', 'onLost'), again(2));
    givenRun(...once({ onLost: 'fail' })).when(abandon(id(), true)).then(declared, failedByPolicy('A1', 'onLost'));
  });

  it('is closed without touching a job that was decided', () => {
    givenRun(...once({}), skipped('A1', 1), dispatched('A2')).when(abandon(id())).then(intent('ExecutionAbandoned', 'A1'));
  });

  it('keeps the result that comes after all as a late one', () => {
    givenRun(...once({}), intent('ExecutionAbandoned', 'A1')).when(report(fact.finished('A1'))).then(lateResult('A1'));
  });

  it('takes in what its agent says of it when it is back', () => {
    givenRun(...once({}), intent('ExecutionAbandoned', 'A1')).when(report(fact.neverStarted('A1'))).then(plain('JobNeverStarted', 'A1'));
    givenRun(...once({ onLost: 'rerun' }), intent('ExecutionAbandoned', 'A1')).when(report(fact.lost('A1'))).then(plain('JobLost', 'A1'), rerunByPolicy('A1', 'onLost'), again(2));
    givenRun(...once({}), intent('ExecutionAbandoned', 'A1')).when(report(fact.started('A1'))).thenNothing();
  });

  it('is not called off at an agent that does not hold it, and no policy of the job follows from that', () => {
    const abandoned = [...once({ onUnknown: 'rerun' }), intent('ExecutionAbandoned', 'A1')];
    givenRun(...abandoned).when(notKnown([id()])).then(plain('JobNotKnownToAgent', 'A1'));
    givenRun(...abandoned, plain('JobNotKnownToAgent', 'A1')).when(report(fact.finished('A1'))).then(lateResult('A1'));
  });

  it('cannot be what has ended, or was never there', () => {
    givenRun(...once({}), plain('JobLost', 'A1')).when(abandon(id())).thenRejected('execution-ended', /A1~1 cannot be abandoned: it is lost/);
    givenRun(...once({})).when(abandon(id(2))).thenRejected('execution-not-found');
    givenRun().when(abandon(id())).thenRejected('run-not-found');
  });

  it('leaves the run to go on by a skip', () => {
    givenRun(...once({}), intent('ExecutionAbandoned', 'A1')).when(skip('A1')).then(skipped('A1'), dispatched('A2'));
  });
});
