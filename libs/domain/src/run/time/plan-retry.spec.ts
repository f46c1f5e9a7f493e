import type { JobDefinition } from '#events/definition';
import type { RunEvent } from '#events/run.events';
import type { Instant } from '#events/vocabulary';
import { foldRun, givenRun } from '../../../test-support/given-run.js';
import { job, jobnet } from '../../../test-support/jobnets.js';
import { fact, report } from '../../../test-support/run-commands.js';
import * as event from '../../../test-support/run-events.js';
import { OVERRAN_AT, RECORDED_AT } from '../../../test-support/run-instants.js';
import { later } from '../../instant.js';
import { jobOf } from '../run.state.js';

type Retry = NonNullable<JobDefinition['retry']>;

const after = (seconds: number): Instant => later(RECORDED_AT, seconds);
const retry: Retry = { limit: 3, delaySeconds: 10, backoff: 1, on: ['failed'] };

function begun(differing: Partial<Retry>, more: Partial<JobDefinition> = {}) {
  return [event.runStarted(jobnet([job('A1', { retry: { ...retry, ...differing }, ...more })])), event.dispatched('A1'), event.started('A1')];
}

/** The failure of attempt `ordinal`, and the attempt after it. */
function round(ordinal: number) {
  return [event.finished('A1', 1, ordinal), event.retryPlanned('A1', after(10), ordinal), event.retried('A1', ordinal), event.dispatched('A1', ordinal + 1, { attempt: ordinal + 1 })];
}

describe('a failure that the job\'s author has a further attempt for', () => {
  it('plans it in the same decision, at an instant that is on record', () => {
    givenRun(...begun({})).when(report(fact.finished('A1', 1))).then(event.finished('A1', 1), event.retryPlanned('A1', after(10)));
  });

  it('waits longer each time, up to the longest wait', () => {
    const growing = { backoff: 3, maxDelaySeconds: 60 };
    givenRun(...begun(growing)).when(report(fact.finished('A1', 1))).then(event.finished('A1', 1), event.retryPlanned('A1', after(10)));
    givenRun(...begun(growing), ...round(1)).when(report(fact.finished('A1', 1, 2))).then(event.finished('A1', 1, 2), event.retryPlanned('A1', after(30), 2));
    givenRun(...begun(growing), ...round(1), ...round(2)).when(report(fact.finished('A1', 1, 3))).then(event.finished('A1', 1, 3), event.retryPlanned('A1', after(60), 3));
  });

  it('is the last one after as many as are allowed', () => {
    givenRun(...begun({ limit: 2 }), ...round(1), ...round(2)).when(report(fact.finished('A1', 1, 3))).then(event.finished('A1', 1, 3));
  });

  it('has all of them again after an operator asked for one', () => {
    const asked = [...begun({ limit: 1 }), ...round(1), event.finished('A1', 1, 2), event.rerunRequested('A1'), event.dispatched('A1', 3, { attempt: 3 })];
    givenRun(...asked).when(report(fact.finished('A1', 1, 3))).then(event.finished('A1', 1, 3), event.retryPlanned('A1', after(10), 3));
  });

  it('is only one by these exit codes, where they are named', () => {
    givenRun(...begun({ exitCodes: [75] })).when(report(fact.finished('A1', 1))).then(event.finished('A1', 1));
    givenRun(...begun({ exitCodes: [75] })).when(report(fact.finished('A1', 75))).then(event.finished('A1', 75), event.retryPlanned('A1', after(10)));
  });

  it('is none when the job succeeded', () => {
    givenRun(...begun({})).when(report(fact.finished('A1'))).then(event.finished('A1'), event.runFinished('succeeded'));
  });

  it('is none when an operator wanted it stopped', () => {
    givenRun(...begun({}), event.intent('JobStopRequested', 'A1')).when(report(fact.finished('A1', 1))).then(event.finished('A1', 1));
  });

  it('is none in a run that is to stop', () => {
    givenRun(...begun({}), { type: 'RunStopRequested', data: {} }).when(report(fact.finished('A1', 1))).then(event.finished('A1', 1), event.runFinished('stopped'));
  });

  it('is none of a late result', () => {
    givenRun(...begun({}), event.skipped('A1', 1)).when(report(fact.finished('A1', 1))).then(event.lateResult('A1', 1), event.runFinished('succeeded'));
  });
});

describe('an execution that takes longer than its time-out', () => {
  const stopping = { timeout: { seconds: 5, then: 'stop' as const } };

  it('is stopped by its agent, and counts as stopped', () => {
    givenRun(...begun({}, stopping)).when(report(fact.timedOut('A1'))).then(event.stoppedByTimeout('A1'));
    expect(jobOf(foldRun(...begun({}, stopping), event.stoppedByTimeout('A1')), 'A1')).toMatchObject({ state: 'stopped', executions: [{ policy: 'timeout' }] });
  });

  it('gets another attempt only where the author asked for one after a time-out', () => {
    givenRun(...begun({ on: ['stopped-by-timeout'] }, stopping)).when(report(fact.timedOut('A1'))).then(event.stoppedByTimeout('A1'), event.retryPlanned('A1', after(10)));
    givenRun(...begun({ on: ['stopped-by-timeout'] }, stopping)).when(report(fact.finished('A1', 1))).then(event.finished('A1', 1));
  });

  it('keeps its real result where its definition knows no such stop', () => {
    const finished = { type: 'JobFinished', data: { ...event.finished('A1', 143).data, signal: 'SIGTERM' } } as RunEvent;
    givenRun(...begun({}, { retry: undefined })).when(report(fact.timedOut('A1'))).then(finished);
  });

  it('is said to overrun once, where that is only to be told, and goes on', () => {
    const overran = [...begun({}, { timeout: { seconds: 5, then: 'warn' } })];
    givenRun(...overran).when(report(fact.overran('A1'))).then(event.overran('A1'));
    expect(jobOf(foldRun(...overran, event.overran('A1')), 'A1')).toMatchObject({ state: 'running', executions: [{ state: 'running' }] });
  });

  it('is said to have overrun with its end at the latest', () => {
    const finished = { ...fact.finished('A1'), overranAt: OVERRAN_AT } as ReturnType<typeof fact.finished>;
    givenRun(...begun({}).slice(0, 2)).when(report(finished)).then(event.overran('A1'), event.finished('A1'), event.runFinished('succeeded'));
    givenRun(...begun({}), event.overran('A1')).when(report(finished)).then(event.finished('A1'), event.runFinished('succeeded'));
  });
});
