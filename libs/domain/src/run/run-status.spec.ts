import { foldRun, givenRun, statesOf } from '../../test-support/given-run.js';
import { chain, job, jobnet } from '../../test-support/jobnets.js';
import { fact, report, skip } from '../../test-support/run-commands.js';
import { dispatched, finished, held, plain, rerunRequested, runFinished, runStarted, settled, skipped, started } from '../../test-support/run-events.js';
import { statusOf } from './run-status.js';

const a1Runs = [dispatched('A1'), started('A1')];
const alone = jobnet([job('A1'), job('A2', { after: ['A1'] })], { onFailure: 'end' });
const ending = jobnet([job('A1'), job('A2', { after: ['A1'] }), job('B1')], { onFailure: 'end' });

describe('an exit code', () => {
  const net = jobnet([job('A1', { successCodes: [0, 3] }), job('A2', { after: ['A1'] })]);
  const succeededWith3 = { ...finished('A1', 3), data: { ...finished('A1', 3).data, outcome: 'succeeded' } } as ReturnType<typeof finished>;

  it('means success when the job says so', () => {
    givenRun(runStarted(net), ...a1Runs).when(report(fact.finished('A1', 3))).then(succeededWith3, dispatched('A2'));
  });

  it('means failure otherwise', () => {
    givenRun(runStarted(net), ...a1Runs).when(report(fact.finished('A1', 1))).then(finished('A1', 1));
  });
});

describe('a failed job in a jobnet that holds', () => {
  const history = [runStarted(chain('A1', 'A2')), ...a1Runs];

  it('leaves the run failing and its successors waiting', () => {
    givenRun(...history).when(report(fact.finished('A1', 1))).then(finished('A1', 1));
    const run = foldRun(...history, finished('A1', 1));
    expect(statusOf(run)).toBe('failing');
    expect(statesOf(run)).toEqual(['failed', 'waiting']);
  });

  it('lets its successors go when it is skipped', () => {
    givenRun(...history, finished('A1', 1)).when(skip('A1')).then(skipped('A1'), dispatched('A2'));
    expect(statusOf(foldRun(...history, finished('A1', 1), skipped('A1')))).toBe('running');
  });

  it('does not stop what does not depend on it', () => {
    const net = jobnet([job('A1'), job('B1'), job('B2', { after: ['B1'] })]);
    givenRun(runStarted(net), ...a1Runs, dispatched('B1'), finished('A1', 1)).when(report(fact.finished('B1'))).then(finished('B1'), dispatched('B2'));
  });

  it('ends the run failed once it is settled as failed', () => {
    givenRun(...history, finished('A1', 1), settled('A1', 'failed')).when(skip('A2')).then(skipped('A2'), runFinished('failed'));
    const branches = jobnet([job('A1'), job('A2', { after: ['A1'] }), job('B1')]);
    givenRun(runStarted(branches), ...a1Runs, dispatched('B1'), finished('A1', 1), settled('A1', 'failed'))
      .when(report(fact.finished('B1'))).then(finished('B1'), runFinished('failed'));
  });
});

describe('a failed job in a jobnet that ends', () => {
  it('ends the run failed when nothing else can run', () => {
    const net = jobnet([job('A1'), job('A2', { after: ['A1'] }), job('A3', { after: ['A2'] })], { onFailure: 'end' });
    givenRun(runStarted(net), ...a1Runs).when(report(fact.finished('A1', 1))).then(finished('A1', 1), runFinished('failed'));
  });

  it('lets independent branches go on first', () => {
    const net = jobnet([job('A1'), job('A2', { after: ['A1'] }), job('B1'), job('B2', { after: ['B1'] })], { onFailure: 'end' });
    const history = [runStarted(net), ...a1Runs, dispatched('B1')];
    givenRun(...history).when(report(fact.finished('A1', 1))).then(finished('A1', 1));
    expect(statusOf(foldRun(...history, finished('A1', 1)))).toBe('running');
    givenRun(...history, finished('A1', 1)).when(report(fact.finished('B1'))).then(finished('B1'), dispatched('B2'));
    givenRun(...history, finished('A1', 1), finished('B1'), dispatched('B2')).when(report(fact.finished('B2'))).then(finished('B2'), runFinished('failed'));
  });

  it('can be skipped as long as the run goes on', () => {
    givenRun(runStarted(ending), ...a1Runs, dispatched('B1'), finished('A1', 1)).when(skip('A1')).then(skipped('A1'), dispatched('A2'));
  });

  it('does not close a job that an operator has freed by a skip in between', () => {
    const net = jobnet([job('A1'), job('A2', { after: ['A1'] }), job('A3', { after: ['A2'] })], { onFailure: 'end' });
    givenRun(runStarted(net), skipped('A2'), ...a1Runs, dispatched('A3')).when(report(fact.finished('A1', 1))).then(finished('A1', 1));
  });

  it('closes a held job that is behind it', () => {
    givenRun(runStarted(alone), held('A2'), ...a1Runs).when(report(fact.finished('A1', 1))).then(finished('A1', 1), runFinished('failed'));
  });

  it('does not close a successor that is running when it fails in a re-run', () => {
    const rerun = [finished('A1'), dispatched('A2'), rerunRequested('A1'), dispatched('A1', 2, { attempt: 2 })];
    givenRun(runStarted(alone), ...a1Runs, ...rerun).when(report(fact.finished('A1', 1, 2))).then(finished('A1', 1, 2));
  });

  it('ends the run failed as well when it was lost', () => {
    givenRun(runStarted(jobnet([job('A1')], { onFailure: 'end' })), ...a1Runs).when(report(fact.lost('A1'))).then(plain('JobLost', 'A1'), runFinished('failed'));
  });
});

describe('the status of a run', () => {
  it('is held before anything else that goes on', () => {
    const failing = [runStarted(chain('A1', 'A2')), ...a1Runs, finished('A1', 1)];
    expect(statusOf(foldRun(...failing, { type: 'RunHeld', data: {} }))).toBe('held');
    expect(statusOf(foldRun(...failing, { type: 'RunHeld', data: {} }, { type: 'RunReleased', data: {} }))).toBe('failing');
  });

  it('is what RunFinished says, at the end', () => {
    expect(statusOf(foldRun(runStarted(chain('A1')), ...a1Runs, finished('A1'), runFinished('succeeded')))).toBe('succeeded');
  });

  it('is succeeded when every job is succeeded or skipped', () => {
    givenRun(runStarted(chain('A1', 'A2')), skipped('A1'), dispatched('A2')).when(report(fact.finished('A2'))).then(finished('A2'), runFinished('succeeded'));
  });

  it('stays running while a declined job is held', () => {
    expect(statusOf(foldRun(runStarted(chain('A1')), dispatched('A1'), plain('JobDeclined', 'A1')))).toBe('running');
  });
});
