import { foldRun, givenRun, statesOf } from '../../../test-support/given-run.js';
import { chain, job, jobnet } from '../../../test-support/jobnets.js';
import { dispatchReady, fact, holdRestored, recover, report, start } from '../../../test-support/run-commands.js';
import { dispatched, finished, lateResult, plain, recovered, rerunRequested, runFinished, runStarted, skipped } from '../../../test-support/run-events.js';
import { execution, RUN } from '../../../test-support/run-instants.js';
import type { RunEvent } from '#events/run.events';

const net = chain('A1', 'A2');
const begun = runStarted(net);
const held = (epoch: number): RunEvent => ({ type: 'RunHeldByRestore', data: { epoch } });
const runReleased: RunEvent = { type: 'RunReleased', data: {} };
const id = (jobId: string, ordinal = 1) => execution(jobId, ordinal).executionId;
const inEpoch = (jobId: string, ordinal: number, epoch: number): RunEvent => (
  { type: 'JobDispatched', data: { jobId, executionId: `${RUN}~${jobId}~${ordinal}~${epoch}`, ordinal, attempt: 1, agent: 'local' } }
);

describe('a run that is open in a restored log', () => {
  it('is held until an operator has looked: what the lost stretch did is not done again by itself', () => {
    givenRun(begun).when(holdRestored(1)).then(held(1));
    givenRun(begun, held(1)).when(dispatchReady()).thenNothing();
  });

  it('is held once an epoch', () => {
    givenRun(begun, held(1), runReleased, dispatched('A1')).when(holdRestored(1)).thenNothing();
    givenRun(begun, held(1), runReleased).when(holdRestored(2)).then(held(2));
  });

  it('is left alone when it has finished', () => {
    givenRun(runStarted(jobnet([job('A1')])), dispatched('A1'), finished('A1'), runFinished('succeeded')).when(holdRestored(1)).thenNothing();
  });

  it('goes on when it is released, with execution ids that the lost stretch cannot have given', () => {
    givenRun(begun, held(2), runReleased).when(dispatchReady()).then(inEpoch('A1', 1, 2));
    expect(foldRun(begun, held(2), runReleased, inEpoch('A1', 1, 2)).epoch).toBe(2);
  });
});

describe('a run that starts after a restore', () => {
  it('carries the epoch, in its executions too', () => {
    givenRun().when({ ...start(net), epoch: 1 }).then({ type: 'RunStarted', data: { ...begun.data as object, epoch: 1 } } as RunEvent, inEpoch('A1', 1, 1));
  });
});

describe('an execution that an agent holds and the log has forgotten', () => {
  it('is in the log again, and decides its job', () => {
    givenRun(begun).when(recover([id('A1')])).then(recovered('A1'));
    givenRun(begun, held(1), recovered('A1')).when(report(fact.finished('A1'))).then(finished('A1'));
    expect(statesOf(foldRun(begun, held(1), recovered('A1')))).toEqual(['dispatched', 'waiting']);
  });

  it('keeps a job from being dispatched a second time, also one whose predecessor the log has forgotten', () => {
    givenRun(begun, held(1), recovered('A1'), runReleased).when(dispatchReady()).thenNothing();
    expect(statesOf(foldRun(begun, recovered('A2')))).toEqual(['ready', 'dispatched']);
  });

  it.each([
    { what: 're-run', then: [finished('A2', 1), rerunRequested('A2')] },
    { what: 'never started after all', then: [plain('JobNeverStarted', 'A2')] },
  ])('whose job is $what waits for what it comes after: that is not decided in this log', ({ then }) => {
    const history = [begun, recovered('A2'), ...then, dispatched('A1')];
    expect(statesOf(foldRun(...history))).toEqual(['dispatched', 'waiting']);
    expect(statesOf(foldRun(...history, finished('A1')))).toEqual(['succeeded', 'ready']);
  });

  it('stands beside a job that is decided, and brings a late result', () => {
    givenRun(begun, skipped('A1'), dispatched('A2'), recovered('A1')).when(report(fact.finished('A1'))).then(lateResult('A1'));
  });

  it('is recovered once, and only where its run and job are', () => {
    givenRun(begun, recovered('A1')).when(recover([id('A1')])).thenNothing();
    givenRun(begun, dispatched('A1')).when(recover([id('A1')])).thenNothing();
    givenRun(begun).when(recover([id('Z9'), 'other~A1~1'])).thenNothing();
    givenRun().when(recover([id('A1')])).thenRejected('run-not-found');
  });

  it('is numbered on where there are several', () => {
    givenRun(begun).when(recover([id('A1', 2), id('A1', 5)])).then(
      recovered('A1', 1, { executionId: id('A1', 2) }), recovered('A1', 2, { executionId: id('A1', 5) }),
    );
  });
});
