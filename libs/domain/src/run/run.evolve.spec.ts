import type { RunEvent } from '#events/run.events';
import { by } from '../../test-support/given.js';
import { foldRun } from '../../test-support/given-run.js';
import { chain, job, jobnet } from '../../test-support/jobnets.js';
import { agent, operator, server } from '../../test-support/run-commands.js';
import { dispatched, finished, intent, lateResult, plain, released, rerunRequested, runFinished, runStarted, settled, skipped, started } from '../../test-support/run-events.js';
import { FINISHED_AT, RECORDED_AT } from '../../test-support/run-instants.js';
import { evolveRun } from './run.evolve.js';

const begun = runStarted(chain('A1', 'A2'));
const over = [runStarted(chain('A1')), dispatched('A1'), skipped('A1', 1), runFinished('succeeded')];
const impossible: readonly (readonly [string, readonly RunEvent[], RegExp])[] = [
  ['anything before RunStarted', [skipped('A1')], /JobSkipped before RunStarted/],
  ['a second RunStarted', [begun, begun], /started twice/],
  ['a job that the jobnet does not have', [begun, skipped('Z9')], /Z9 is no job of run A-20261122/],
  ['a predecessor that the jobnet does not have', [runStarted(jobnet([job('A1', { after: ['Z9'] })]))], /A1 is after Z9/],
  ['an execution that was never dispatched', [begun, started('A1')], /never dispatched/],
  ['a dispatch out of its order', [begun, dispatched('A1', 2)], /not the next of its job/],
  ['a fact about an execution of another job', [begun, dispatched('A1'), { ...started('A1'), data: { ...started('A1').data, jobId: 'A2' } } as RunEvent], /never dispatched/],
];

describe('a history that cannot be', () => {
  it.each(impossible)('stops the fold: %s', (_what, history, message) => {
    expect(() => foldRun(...history)).toThrow(expect.objectContaining({ name: 'CorruptHistoryError', message: expect.stringMatching(message) }));
  });

  it.each([
    runFinished('failed'), dispatched('A1', 2), skipped('A1'), released('A1'), rerunRequested('A1'), settled('A1', 'failed'),
    { type: 'RunHeld', data: {} } as const, { type: 'RunReleased', data: {} } as const, { type: 'RunStopRequested', data: {} } as const,
  ])('stops the fold: $type after the run finished', (event) => {
    expect(() => foldRun(...over, event)).toThrow(`${event.type} after the run finished`);
  });

  it.each([started('A1'), plain('JobLost', 'A1'), plain('JobNotKnownToAgent', 'A1'), lateResult('A1'), intent('JobStopRequested', 'A1'), intent('ExecutionAbandoned', 'A1')])(
    'is none when $type concerns an execution that a finished run left open', (event) => {
      expect(foldRun(...over, event).finished).toBe('succeeded');
    });
});

describe('the fold of a run', () => {
  it('keeps what the agent said of an execution, and of the output nothing', () => {
    const execution = foldRun(begun, dispatched('A1'), finished('A1', 1)).jobs[0]?.executions[0];
    expect(execution).toMatchObject({ state: 'finished', outcome: 'failed', exitCode: 1, finishedAt: FINISHED_AT, durationMs: 6646 });
    expect(execution).not.toHaveProperty('output');
  });

  it('notes that an agent knows an execution after all, also where no time has passed in the log', () => {
    const run = foldRun(...by(server('s'), begun, dispatched('A1'), plain('JobNotKnownToAgent', 'A1')), ...by(agent('report'), started('A1')));
    expect(run.jobs[0]?.executions[0]).toMatchObject({ state: 'running', lastHeardAt: RECORDED_AT, notKnownSince: RECORDED_AT, knownAfterAll: true });
  });

  it('counts an attempt for each re-run and an ordinal for each dispatch', () => {
    const run = foldRun(begun, dispatched('A1'), plain('JobNeverStarted', 'A1'), dispatched('A1', 2), finished('A1', 1, 2), rerunRequested('A1'));
    expect(run.jobs[0]).toMatchObject({ attempt: 2, executions: [{ ordinal: 1, attempt: 1 }, { ordinal: 2, attempt: 1 }] });
  });

  it('remembers the commands of operators, and none that could be many', () => {
    const run = foldRun(...by(server('occurrence'), begun), ...by(server('tick'), dispatched('A1')), ...by(operator('skip'), skipped('A1', 1)));
    expect([...run.applied]).toEqual([['occurrence', 0], ['skip', 2]]);
  });

  it('takes its instants from the log', () => {
    const run = foldRun(...by(server('s'), ...over));
    expect([run.startedAt, run.finishedAt, run.jobs[0]?.executions[0]?.dispatchedAt]).toEqual([RECORDED_AT, RECORDED_AT, RECORDED_AT]);
  });

  it('keeps the exit code that an operator settled', () => {
    expect(foldRun(begun, dispatched('A1'), { type: 'JobOutcomeSettled', data: { jobId: 'A1', outcome: 'failed', exitCode: 7 } }).jobs[0]).toMatchObject({ state: 'failed-settled', exitCode: 7 });
  });

  it('never changes the state it was given', () => {
    const run = foldRun(begun, dispatched('A1'));
    const before = JSON.stringify([run, [...run.applied]]);
    evolveRun(run, finished('A1'), operator('adopt'));
    expect(JSON.stringify([run, [...run.applied]])).toBe(before);
  });
});
