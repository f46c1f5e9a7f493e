import { readFileSync } from 'node:fs';
import { foldRun, givenRun, statesOf } from '../../../test-support/given-run.js';
import { answerTo, commandsOnA2, interventionsDocument } from '../../../test-support/interventions-document.js';
import { chain, diamond } from '../../../test-support/jobnets.js';
import { fact, operator, report, withSlots } from '../../../test-support/run-commands.js';
import {
  adopted, dispatched, finished, held, intent, lateResult, plain, released, rerunRequested, runFinished, runStarted, settled, skipped, started, stopped,
} from '../../../test-support/run-events.js';
import { jobIn } from '../../../test-support/run-histories.js';
import { execution, FINISHED_AT } from '../../../test-support/run-instants.js';
import type { JobState } from '../job-transitions.js';
import type { RunCommand } from '../run.decider.js';

const states = Object.keys(jobIn) as JobState[];
const net = chain('A1', 'A2');
const runs = [runStarted(net), dispatched('A1'), started('A1')];
const failedRun = [...runs, finished('A1', 1)];
const plenty = { local: 9 };

function onA1(command: Record<string, unknown>): RunCommand {
  return { ...command, jobId: 'A1', context: operator('the command'), capacity: plenty } as unknown as RunCommand;
}

function onRun(type: 'HoldRun' | 'ReleaseRun' | 'StopRun'): RunCommand {
  return { type, context: operator(type), capacity: plenty };
}

describe('the matrix of states and commands', () => {
  it('is what docs/interventions.md says', () => {
    expect(readFileSync(new URL('../../../../../docs/interventions.md', import.meta.url), 'utf8')).toBe(interventionsDocument());
  });

  it.each(states.filter((state) => state !== 'succeeded'))('has an exit from %s', (state) => {
    const exits = Object.values(commandsOnA2).map((command) => answerTo(command, state)).filter((answer) => answer.startsWith('Job') || answer.startsWith('Late'));
    expect(exits).not.toEqual([]);
  });

  it('answers every command in every state by events, "already so", or a refusal that names the state', () => {
    for (const command of Object.values(commandsOnA2)) for (const state of states) expect(answerTo(command, state)).toMatch(/^(already so|no: [a-z-]+|[A-Z]\w+(, [A-Z]\w+)*)$/);
  });
});

describe('hold and release', () => {
  it('keep a job back until it is released', () => {
    givenRun(runStarted(net)).when(onA1({ type: 'HoldJob' })).then(held('A1'));
    givenRun(runStarted(net), held('A1')).when(onA1({ type: 'ReleaseJob' })).then(released('A1'), dispatched('A1'));
    givenRun(...runs).when(onA1({ type: 'HoldJob' })).thenRejected('job-running');
  });

  it('of a run stop dispatching, and leave alone what runs', () => {
    givenRun(...runs).when(onRun('HoldRun')).then({ type: 'RunHeld', data: {} });
    const heldRun = [...runs, { type: 'RunHeld', data: {} } as const];
    givenRun(...heldRun).when(report(fact.finished('A1'))).then(finished('A1'));
    givenRun(...heldRun, finished('A1')).when(onRun('ReleaseRun')).then({ type: 'RunReleased', data: {} }, dispatched('A2'));
    givenRun(...runs, finished('A1'), dispatched('A2'), finished('A2'), runFinished('succeeded')).when(onRun('HoldRun')).thenRejected('run-finished');
  });
});

describe('a stop', () => {
  const asked = [...runs, intent('JobStopRequested', 'A1')];
  const stoppedFact = { ...fact.finished('A1', 143), stoppedBy: 'SIGTERM' } as ReturnType<typeof fact.finished>;

  it('is a wish: the job stays what it is until its agent answers', () => {
    givenRun(...runs).when(onA1({ type: 'StopJob' })).then(intent('JobStopRequested', 'A1'));
    expect(statesOf(foldRun(...asked))).toEqual(['running', 'waiting']);
  });

  it('was carried out when the agent says so, with the exit code beside it', () => {
    const [event] = [stopped('A1')];
    const run = givenRun(...asked).when(withSlots(0, report(stoppedFact)));
    run.then({ ...event, data: { ...execution('A1'), exitCode: 143, acceptedAt: expect.anything(), startedAt: expect.anything(), finishedAt: FINISHED_AT, durationMs: expect.anything(), output: expect.anything(), signal: undefined } } as never);
  });

  it('that came too late loses against the real result, and both are on record', () => {
    givenRun(...asked).when(report(fact.finished('A1'))).then(finished('A1'), dispatched('A2'));
  });

  it('of a job whose process had not begun stops it for good', () => {
    const sent = [runStarted(net), dispatched('A1'), intent('JobStopRequested', 'A1')];
    givenRun(...sent).when(report(fact.neverStarted('A1'))).then({ type: 'JobStopped', data: execution('A1') } as never);
  });

  it('of a run asks everything that is out to stop, and ends it when nothing runs', () => {
    const fanned = [runStarted(diamond), dispatched('A1'), finished('A1'), dispatched('A2'), dispatched('A3')];
    const wishes = [{ type: 'RunStopRequested', data: {} } as const, intent('JobStopRequested', 'A2'), intent('JobStopRequested', 'A3')];
    givenRun(...fanned).when(onRun('StopRun')).then(...wishes);
    givenRun(...fanned, ...wishes, stopped('A2')).when(report(fact.finished('A3'))).then(finished('A3'), runFinished('stopped'));
    givenRun(runStarted(net)).when(onRun('StopRun')).then({ type: 'RunStopRequested', data: {} }, runFinished('stopped'));
  });
});

describe('a re-run', () => {
  const rerun = (concurrent: boolean) => ({ type: 'JobRerunRequested', data: { jobId: 'A1', concurrent, previousExecution: execution('A1').executionId } }) as const;

  it('is a new attempt with an execution of its own', () => {
    givenRun(...failedRun).when(onA1({ type: 'RerunJob', concurrent: false })).then(rerun(false), dispatched('A1', 2, { attempt: 2 }));
  });

  it('over an execution that is out has to be asked for; the late result of the first then changes nothing', () => {
    givenRun(...runs).when(onA1({ type: 'RerunJob', concurrent: false })).thenRejected('execution-open');
    const twice = [...runs, rerunRequested('A1'), dispatched('A1', 2, { attempt: 2 })];
    givenRun(...runs).when(onA1({ type: 'RerunJob', concurrent: true })).then(rerun(true), dispatched('A1', 2, { attempt: 2 }));
    givenRun(...twice).when(report(fact.finished('A1'))).then(lateResult('A1'));
    expect(statesOf(foldRun(...twice, lateResult('A1')))).toEqual(['dispatched', 'waiting']);
  });

  it('of a job whose successors have begun is refused', () => {
    givenRun(...runs, finished('A1'), dispatched('A2')).when(onA1({ type: 'RerunJob', concurrent: false })).thenRejected('successors-begun');
  });
});

describe('a person who settles', () => {
  it('decides the job; what its execution brings later is a late result', () => {
    const word = { type: 'JobOutcomeSettled', data: { jobId: 'A1', outcome: 'succeeded', exitCode: 0, openExecution: execution('A1').executionId } } as const;
    givenRun(...runs).when(onA1({ type: 'SettleJob', outcome: 'succeeded', exitCode: 0 })).then(word, dispatched('A2'));
    givenRun(...runs, word, dispatched('A2')).when(withSlots(0, report(fact.finished('A1', 1)))).then(lateResult('A1', 1));
  });

  it('as failed ends the run when nothing else can run', () => {
    givenRun(...failedRun).when(onA1({ type: 'SettleJob', outcome: 'failed' })).then(settled('A1', 'failed'), runFinished('failed'));
  });

  it('contradicts no result that is there', () => {
    givenRun(...runs, finished('A1')).when(onA1({ type: 'SettleJob', outcome: 'failed' })).thenRejected('job-finished');
  });
});

describe('a late result', () => {
  const skippedRun = [...runs, skipped('A1', 1), dispatched('A2'), lateResult('A1', 1)];

  it('becomes the job\'s by an operator\'s word', () => {
    givenRun(...skippedRun).when(onA1({ type: 'AdoptLateResult' })).then(adopted('A1', 'failed'));
    expect(foldRun(...skippedRun, adopted('A1', 'failed')).jobs[0]).toMatchObject({ state: 'failed-settled', exitCode: 1 });
  });

  it('can be adopted in a finished run, whose outcome stays', () => {
    givenRun(...runs, skipped('A1', 1), dispatched('A2'), finished('A2'), runFinished('succeeded'), lateResult('A1')).when(onA1({ type: 'AdoptLateResult' })).then(adopted('A1', 'succeeded'));
  });

  it('is adopted only where there is one', () => {
    givenRun(...runs, skipped('A1', 1)).when(onA1({ type: 'AdoptLateResult' })).thenRejected('no-late-result');
    givenRun(...runs, plain('JobLost', 'A1')).when(onA1({ type: 'AdoptLateResult' })).thenRejected('no-late-result');
  });
});
