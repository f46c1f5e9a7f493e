import type { RunEvent } from '#events/run.events';
import { by } from '../../../test-support/given.js';
import { foldRun, givenRun, statesOf } from '../../../test-support/given-run.js';
import { chain, job, jobnet } from '../../../test-support/jobnets.js';
import { fact, nobodyConnected, operator, report, skip, withContext, withSlots } from '../../../test-support/run-commands.js';
import {
  dispatched, finished, held, plain, rerunRequested, runFinished, runStarted, settled, skipped, started, stopped,
} from '../../../test-support/run-events.js';
import { execution } from '../../../test-support/run-instants.js';

const net = chain('A1', 'A2');
const sent = [runStarted(net), dispatched('A1')];
const runs = [...sent, started('A1')];

describe('the skip of a job', () => {
  const withoutOpenExecution: readonly (readonly [string, readonly RunEvent[]])[] = [
    ['ready', [runStarted(net)]],
    ['held', [runStarted(net), held('A1')]],
    ['declined and so held', [...sent, plain('JobDeclined', 'A1')]],
    ['failed', [...runs, finished('A1', 1)]],
    ['stopped', [...runs, stopped('A1')]],
    ['lost', [...runs, plain('JobLost', 'A1')]],
  ];

  it.each(withoutOpenExecution)('lets the flow go on when it is %s', (_state, history) => {
    givenRun(...history).when(skip('A1')).then(skipped('A1'), dispatched('A2'));
  });

  it.each([['dispatched', sent], ['running', runs], ['not known to its agent', [...runs, plain('JobNotKnownToAgent', 'A1')]]])(
    'names the execution that stays open when it is %s', (_state, history) => {
      givenRun(...history).when(skip('A1')).then(skipped('A1', 1), dispatched('A2'));
    });

  it('of one that waits frees its successors and leaves its predecessors alone', () => {
    givenRun(runStarted(chain('A1', 'A2', 'A3')), dispatched('A1')).when(skip('A2')).then(skipped('A2'), dispatched('A3'));
    expect(statesOf(foldRun(runStarted(chain('A1', 'A2', 'A3')), dispatched('A1'), skipped('A2'), finished('A1')))).toEqual(['succeeded', 'skipped', 'ready']);
  });

  it('of one of two predecessors does not free the join', () => {
    const join = jobnet([job('A1'), job('B1'), job('C1', { after: ['A1', 'B1'] })]);
    givenRun(runStarted(join), dispatched('A1'), dispatched('B1')).when(skip('A1')).then(skipped('A1', 1));
    givenRun(runStarted(join), dispatched('A1'), dispatched('B1'), skipped('A1', 1)).when(report(fact.finished('B1'))).then(finished('B1'), dispatched('C1'));
  });

  it('of the last one that is open ends the run', () => {
    givenRun(runStarted(chain('A1')), dispatched('A1')).when(skip('A1')).then(skipped('A1', 1), runFinished('succeeded'));
  });

  it('gives no slot back while the execution is open', () => {
    givenRun(...runs).when(withSlots(0, skip('A1'))).then(skipped('A1', 1));
  });

  it('works while nobody is connected', () => {
    givenRun(...runs).when(withSlots(nobodyConnected, skip('A1'))).then(skipped('A1', 1));
  });

  it('is already so for another operator, also in a finished run', () => {
    const again = withContext(operator('skip-again'), skip('A1'));
    givenRun(...runs, skipped('A1', 1), dispatched('A2')).when(again).thenNothing();
    givenRun(runStarted(chain('A1')), skipped('A1'), runFinished('succeeded')).when(again).thenNothing();
  });

  it('is refused when the job has succeeded or was settled as failed, and names the state', () => {
    givenRun(...runs, finished('A1'), dispatched('A2')).when(skip('A1')).thenRejected('job-finished', /A1 cannot be skipped: it has finished \(succeeded\)/);
    givenRun(...runs, finished('A1', 1), settled('A1', 'failed')).when(skip('A1')).thenRejected('job-finished', /\(failed\)/);
  });

  it('is refused when the run has finished', () => {
    const ends = jobnet([job('A1'), job('A2', { after: ['A1'] })], { onFailure: 'end' });
    const over = [runStarted(ends), dispatched('A1'), finished('A1', 1), runFinished('failed')];
    givenRun(...over).when(skip('A1')).thenRejected('run-finished', /A1 .* the run has finished \(failed\)/);
    givenRun(...over).when(skip('A2')).thenRejected('run-finished');
  });

  it('is refused for what is not there, and says what is', () => {
    givenRun(...sent).when(skip('A9')).thenRejected('job-not-found', /no job A9; it has A1, A2/);
    givenRun().when(skip('A1')).thenRejected('run-not-found');
  });
});

describe('the precondition of a skip', () => {
  const { executionId } = execution('A1');

  it('lets it pass while the job is as the operator saw it', () => {
    givenRun(...runs).when(skip('A1', { state: 'running', executionId })).then(skipped('A1', 1), dispatched('A2'));
    givenRun(...runs).when(skip('A1', {})).then(skipped('A1', 1), dispatched('A2'));
  });

  it('refuses it when the state is another, and names both', () => {
    givenRun(...runs).when(skip('A1', { state: 'ready' })).thenRejected('not-as-expected', /A1 is running, not ready/);
  });

  it('refuses it when another execution is the current one', () => {
    givenRun(...runs, rerunRequested('A1'), dispatched('A1', 2, { attempt: 2 })).when(skip('A1', { executionId }))
      .thenRejected('not-as-expected', /A1 is A-20261122~A1~2, not A-20261122~A1~1/);
    givenRun(runStarted(net)).when(skip('A1', { executionId })).thenRejected('not-as-expected', /is none, not/);
  });

  it('knows the word that operators see', () => {
    const settledFailed = [...runs, finished('A1', 1), settled('A1', 'failed')];
    givenRun(...settledFailed).when(skip('A1', { state: 'failed' })).thenRejected('job-finished');
  });
});

describe('an operator\'s command that is repeated after later changes', () => {
  it('does nothing', () => {
    const first = by(operator('skip-A1'), skipped('A1', 1), dispatched('A2'));
    givenRun(...runs, ...first, ...by(operator('rerun'), rerunRequested('A1'))).when(skip('A1')).thenNothing();
  });

  it('is remembered with the revision of its first event', () => {
    const run = foldRun(...runs, ...by(operator('skip-A1'), skipped('A1', 1), dispatched('A2')));
    expect(run.applied.get('skip-A1')).toBe(3);
    expect(run.revision).toBe(4);
  });
});
