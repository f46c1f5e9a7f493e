import type { JobDefinition, JobnetDefinition } from '#events/definition';
import type { RunEvent } from '#events/run.events';
import type { Instant } from '#events/vocabulary';
import { foldRun, givenRun, statesOf } from '../../../test-support/given-run.js';
import { by } from '../../../test-support/given.js';
import { job, jobnet } from '../../../test-support/jobnets.js';
import { nobodyConnected, operator, passTime, withSlots } from '../../../test-support/run-commands.js';
import * as event from '../../../test-support/run-events.js';
import { execution, HISTORY_AT } from '../../../test-support/run-instants.js';
import { later } from '../../instant.js';
import { jobOf } from '../run.state.js';
import { nextDue } from './next-due.js';

const after = (seconds: number): Instant => later(HISTORY_AT, seconds);
const context = (seconds: number) => ({ ...operator(`at-${seconds}`), at: after(seconds) });

function net(second: Partial<JobDefinition>, differing: Partial<JobnetDefinition> = {}): JobnetDefinition {
  return jobnet([job('A1'), job('A2', { after: ['A1'], ...second })], differing);
}

describe('a job with a delay', () => {
  const begun = [event.runStarted(net({ delaySeconds: 60 })), event.dispatched('A1')];
  const delayed = [...begun, ...by(context(100), event.finished('A1'))];

  it('waits from when its predecessors were decided', () => {
    expect(jobOf(foldRun(...delayed), 'A2')).toMatchObject({ state: 'delayed', delayedUntil: after(160) });
    expect(nextDue(foldRun(...delayed))).toEqual({ kind: 'delay', at: after(160) });
    expect(nextDue(foldRun(...begun))).toBeUndefined();
  });

  it('waits from the start of the run when it has none', () => {
    expect(jobOf(foldRun(event.runStarted(jobnet([job('A1', { delaySeconds: 5 })]))), 'A1')).toMatchObject({ state: 'delayed', delayedUntil: after(5) });
  });

  it('is dispatched when it has waited long enough, not a millisecond before', () => {
    givenRun(...delayed).when(passTime('delay', after(159.999))).thenNothing();
    givenRun(...delayed).when(passTime('delay', after(160))).then(event.delayPassed('A2', after(160)), event.dispatched('A2'));
  });

  it('is ready then, where its agent has no slot', () => {
    givenRun(...delayed).when(withSlots(nobodyConnected, passTime('delay', after(500)))).then(event.delayPassed('A2', after(160)));
  });

  it('does not wait any longer when an operator releases it', () => {
    givenRun(...delayed).when({ type: 'ReleaseJob', jobId: 'A2', context: context(101), capacity: { local: 1 } }).then(event.released('A2'), event.dispatched('A2'));
  });

  it('waits the rest of it after it was held, and nothing when that has passed', () => {
    const held = [...delayed, event.held('A2')];
    expect(nextDue(foldRun(...held))).toBeUndefined();
    givenRun(...held).when(passTime('delay', after(500))).thenNothing();
    expect(statesOf(foldRun(...held, ...by(context(159), event.released('A2'))))).toEqual(['succeeded', 'delayed']);
    expect(statesOf(foldRun(...held, ...by(context(160), event.released('A2'))))).toEqual(['succeeded', 'ready']);
  });

  it('has begun to wait while it was held', () => {
    const held = [begun[0], event.held('A2'), begun[1], ...by(context(100), event.finished('A1'))] as typeof delayed;
    expect(jobOf(foldRun(...held, ...by(context(130), event.released('A2'))), 'A2')).toMatchObject({ state: 'delayed', delayedUntil: after(160) });
  });

  it('waits all of it again when a predecessor runs once more', () => {
    const again = [...delayed, event.rerunRequested('A1'), event.dispatched('A1', 2, { attempt: 2 })];
    expect(statesOf(foldRun(...again))).toEqual(['dispatched', 'waiting']);
    expect(jobOf(foldRun(...again, ...by(context(300), event.finished('A1', 0, 2))), 'A2')?.delayedUntil).toBe(after(360));
  });

  it('does not wait again when its agent has declined it', () => {
    const declined = [...delayed, event.released('A2'), event.dispatched('A2'), event.plain('JobDeclined', 'A2')];
    expect(statesOf(foldRun(...declined, ...by(context(110), event.released('A2'))))).toEqual(['succeeded', 'ready']);
  });

  it('is not begun in a run that is to stop', () => {
    givenRun(...delayed, { type: 'RunStopRequested', data: {} }).when(passTime('delay', after(500))).thenNothing();
  });
});

describe('a planned attempt', () => {
  const retry = { limit: 2, delaySeconds: 30, backoff: 2, on: ['failed' as const] };
  const failed = [event.runStarted(jobnet([job('A1', { retry })])), event.dispatched('A1'), event.finished('A1', 1), event.retryPlanned('A1', after(30))];

  it('begins when it is due, by the job\'s own policy', () => {
    givenRun(...failed).when(passTime('retry', after(29))).thenNothing();
    givenRun(...failed).when(passTime('retry', after(30))).then(event.retried('A1'), event.dispatched('A1', 2, { attempt: 2 }));
  });

  it('begins at once when an operator asks for it', () => {
    givenRun(...failed).when({ type: 'RerunJob', jobId: 'A1', concurrent: false, context: context(1), capacity: { local: 1 } })
      .then({ type: 'JobRerunRequested', data: { jobId: 'A1', previousExecution: execution('A1').executionId, concurrent: false } }, event.dispatched('A1', 2, { attempt: 2 }));
  });

  it('stands while the job is held, and is no run\'s end', () => {
    const held = [...failed, event.held('A1')];
    givenRun(...held).when(passTime('retry', after(900))).thenNothing();
    expect(jobOf(foldRun(...held, event.released('A1')), 'A1')).toMatchObject({ state: 'retrying', retryAt: after(30) });
  });

  it('is none any more when the job is decided', () => {
    const run = foldRun(...failed, event.skipped('A1'));
    expect([jobOf(run, 'A1')?.retryAt, nextDue(run)]).toEqual([undefined, undefined]);
  });

  it('is over when it was asked for, also where the job has to wait once more for what a restored log forgot', () => {
    const restored = [event.runStarted(net({ retry })), event.recovered('A2'), event.finished('A2', 1), event.retryPlanned('A2', after(30)), event.retried('A2')];
    expect(statesOf(foldRun(...restored))).toEqual(['ready', 'waiting']);
    expect(jobOf(foldRun(...restored, event.skipped('A1')), 'A2')).toMatchObject({ state: 'ready', retryAt: undefined });
  });

  it('keeps a run open that would end with its failure', () => {
    const ending = foldRun(event.runStarted(jobnet([job('A1', { retry })], { onFailure: 'end' })), ...failed.slice(1));
    expect([ending.finished, statesOf(ending)]).toEqual([undefined, ['retrying']]);
  });
});

describe('the deadlines of a run', () => {
  const started = (differing: Partial<JobnetDefinition>): RunEvent => event.runStarted(net({}, differing));
  const overran: RunEvent = { type: 'RunOverran', data: { due: after(600) } };
  const startOverdue: RunEvent = { type: 'RunStartOverdue', data: { due: after(60) } };
  const stopA1 = (policy: 'deadline' | 'timeout'): RunEvent => ({ type: 'JobStopRequested', data: { ...execution('A1'), policy } });

  it('warn when it is not finished by its expected end, once', () => {
    const history = [started({ deadline: { expectedSeconds: 600, then: 'warn' } }), event.dispatched('A1')];
    givenRun(...history).when(passTime('expected-end', after(599))).thenNothing();
    givenRun(...history).when(passTime('expected-end', after(600))).then(overran);
    givenRun(...history, overran).when(passTime('expected-end', after(9000))).thenNothing();
  });

  it('stop it as well where that is written, as an operator\'s stop would', () => {
    givenRun(started({ deadline: { expectedSeconds: 600, then: 'stop' } }), event.dispatched('A1')).when(passTime('expected-end', after(700)))
      .then(overran, { type: 'RunStopRequested', data: { policy: 'deadline', due: after(600) } }, stopA1('deadline'));
  });

  it('warn when nothing has started by the latest start', () => {
    const history = [started({ deadline: { latestStartSeconds: 60, then: 'warn' } }), event.dispatched('A1')];
    givenRun(...history).when(passTime('latest-start', after(60))).then(startOverdue);
    givenRun(...history, event.started('A1')).when(passTime('latest-start', after(60))).thenNothing();
  });

  it('end a run at once that has nothing out', () => {
    givenRun(started({ deadline: { latestStartSeconds: 60, then: 'stop' } })).when(passTime('latest-start', after(61)))
      .then(startOverdue, { type: 'RunStopRequested', data: { policy: 'deadline', due: after(60) } }, event.runFinished('stopped'));
  });

  it('are counted from when the run was to start', () => {
    const begun = started({ deadline: { expectedSeconds: 600, latestStartSeconds: 60, then: 'warn' }, timeout: { seconds: 50 } });
    const late = { ...begun, data: { ...begun.data, nominalAt: after(-3600) } } as RunEvent;
    expect(nextDue(foldRun(late))).toEqual({ kind: 'latest-start', at: after(-3540) });
    expect(nextDue(foldRun(begun))).toEqual({ kind: 'timeout', at: after(50) });
  });

  it('stop a run that takes longer than its time-out', () => {
    const history = [started({ timeout: { seconds: 60 } }), event.dispatched('A1')];
    givenRun(...history).when(passTime('timeout', after(60))).then({ type: 'RunStopRequested', data: { policy: 'timeout', due: after(60) } }, stopA1('timeout'));
    givenRun(...history, { type: 'RunStopRequested', data: {} }).when(passTime('timeout', after(60))).thenNothing();
  });

  it('are nothing to a run that has finished', () => {
    const run = [started({ timeout: { seconds: 60 }, deadline: { expectedSeconds: 9, then: 'warn' } }), event.skipped('A1'), event.skipped('A2'), event.runFinished('succeeded')];
    expect(nextDue(foldRun(...run))).toBeUndefined();
    givenRun(...run).when(passTime('timeout', after(60))).thenNothing();
  });

  it('know no run that there is not', () => {
    givenRun().when(passTime('timeout', after(60))).thenRejected('run-not-found');
  });
});
