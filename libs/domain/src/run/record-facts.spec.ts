import { foldRun, givenRun, executionStateOf, statesOf } from '../../test-support/given-run.js';
import { chain, job, jobnet } from '../../test-support/jobnets.js';
import { by } from '../../test-support/given.js';
import { agent, fact, report, reportBy, withSlots } from '../../test-support/run-commands.js';
import { accepted, dispatched, finished, intent, lateResult, plain, rerunRequested, runFinished, runStarted, skipped, started } from '../../test-support/run-events.js';
import { RECORDED_AT } from '../../test-support/run-instants.js';
import { fits } from './record-facts.js';

const net = chain('A1', 'A2');
const a1Sent = [runStarted(net), dispatched('A1')];
const a1Runs = [...a1Sent, accepted('A1'), started('A1')];

describe('reports about an execution', () => {
  it('move it from dispatched over accepted to running', () => {
    givenRun(...a1Sent).when(report(fact.accepted('A1'))).then(accepted('A1'));
    givenRun(...a1Sent, accepted('A1')).when(report(fact.started('A1'))).then(started('A1'));
    expect(statesOf(foldRun(...a1Runs))).toEqual(['running', 'waiting']);
  });

  it('are cumulative: a result straight after the dispatch carries the rest', () => {
    givenRun(...a1Sent).when(report(fact.finished('A1'))).then(finished('A1'), dispatched('A2'));
  });

  it('decide nothing when they come late, in any order', () => {
    givenRun(...a1Sent, started('A1')).when(report(fact.accepted('A1'))).thenNothing();
    const over = [...a1Sent, finished('A1'), dispatched('A2')];
    for (const late of [fact.accepted('A1'), fact.started('A1'), fact.orphaned('A1'), fact.lost('A1'), fact.neverStarted('A1'), fact.declined('A1')]) {
      givenRun(...over).when(report(late)).thenNothing();
    }
  });

  it('decide nothing when they are repeated, also with another exit code', () => {
    givenRun(...a1Sent, finished('A1'), dispatched('A2')).when(report(fact.finished('A1'))).thenNothing();
    givenRun(...a1Sent, finished('A1'), dispatched('A2')).when(report(fact.finished('A1', 1))).thenNothing();
  });

  it('decide nothing when a process that runs is said never to have started', () => {
    givenRun(...a1Runs).when(report(fact.neverStarted('A1'))).thenNothing();
    givenRun(...a1Runs).when(report(fact.declined('A1'))).thenNothing();
  });

  it('of one request are one decision', () => {
    const roots = jobnet([job('A1'), job('B1'), job('C1', { after: ['A1', 'B1'] })]);
    givenRun(runStarted(roots), dispatched('A1'), dispatched('B1'))
      .when(report(fact.finished('A1'), fact.started('B1'), fact.finished('B1')))
      .then(finished('A1'), started('B1'), finished('B1'), dispatched('C1'));
  });

  it('count once when one request says the same twice', () => {
    givenRun(...a1Sent).when(report(fact.finished('A1'), fact.accepted('A1'), fact.finished('A1'))).then(finished('A1'), dispatched('A2'));
  });

  it('give back as many slots as executions ended', () => {
    const roots = jobnet(['A1', 'A2', 'A3', 'A4', 'A5'].map((id) => job(id)));
    givenRun(runStarted(roots), dispatched('A1'), dispatched('A2'))
      .when(withSlots(0, report(fact.finished('A1'), fact.finished('A2'))))
      .then(finished('A1'), finished('A2'), dispatched('A3'), dispatched('A4'));
  });

  it('from another agent than the one it was dispatched to are ignored', () => {
    givenRun(...a1Sent).when(reportBy('other', fact.finished('A1'))).thenNothing();
    expect(fits(foldRun(...a1Sent), 'other', fact.finished('A1'))).toBe(false);
    expect(fits(foldRun(...a1Sent), 'local', fact.finished('A1'))).toBe(true);
  });

  it('about an execution or job that the run does not have are ignored', () => {
    givenRun(...a1Sent).when(report(fact.finished('A1', 0, 2))).thenNothing();
    givenRun(...a1Sent).when(report(fact.finished('Z9'))).thenNothing();
    expect(fits(foldRun(...a1Sent), 'local', fact.finished('Z9'))).toBe(false);
  });

  it('about a run that does not exist are refused', () => {
    givenRun().when(report(fact.finished('A1'))).thenRejected('run-not-found');
    expect(fits(undefined, 'local', fact.finished('A1'))).toBe(false);
  });

  it('are evidence: the run knows when it last heard of the execution', () => {
    const run = foldRun(...a1Sent, ...by(agent('r1'), accepted('A1')));
    expect(run.jobs[0]?.executions[0]?.lastHeardAt).toBe(RECORDED_AT);
  });
});

describe('an execution that did not end by itself', () => {
  it('is lost when its agent proves it; the job waits for an operator', () => {
    givenRun(...a1Runs).when(report(fact.lost('A1'))).then(plain('JobLost', 'A1'));
    expect(statesOf(foldRun(...a1Runs, plain('JobLost', 'A1')))).toEqual(['lost', 'waiting']);
  });

  it('is orphaned as long as a process of it lives; the job goes on running', () => {
    givenRun(...a1Runs).when(report(fact.orphaned('A1'))).then(plain('JobOrphaned', 'A1'));
    expect(statesOf(foldRun(...a1Runs, plain('JobOrphaned', 'A1')))).toEqual(['running', 'waiting']);
    givenRun(...a1Runs, plain('JobOrphaned', 'A1')).when(report(fact.lost('A1'))).then(plain('JobLost', 'A1'));
  });

  it('gives back no slot that it did not take: its agent had said that it does not hold it', () => {
    const wiped = [runStarted(jobnet([job('A1'), job('B1')])), dispatched('A1'), plain('JobNotKnownToAgent', 'A1')];
    givenRun(...wiped).when(withSlots(0, report(fact.finished('A1')))).then(finished('A1'));
    givenRun(...wiped.slice(0, 2)).when(withSlots(0, report(fact.finished('A1')))).then(finished('A1'), dispatched('B1'));
  });

  it('is held when it never started three times in a row, instead of going round for ever', () => {
    const inVain = (ordinal: number) => [dispatched('A1', ordinal), plain('JobNeverStarted', 'A1', ordinal)];
    givenRun(runStarted(net), ...inVain(1), ...inVain(2), dispatched('A1', 3)).when(withSlots(1, report(fact.neverStarted('A1', 3)))).then(plain('JobDeclined', 'A1', 3));
  });

  it('is dispatched anew, in the same attempt, when it never started', () => {
    givenRun(...a1Sent, accepted('A1')).when(withSlots(0, report(fact.neverStarted('A1')))).then(plain('JobNeverStarted', 'A1'), dispatched('A1', 2));
    expect(statesOf(foldRun(...a1Sent, plain('JobNeverStarted', 'A1')))).toEqual(['ready', 'waiting']);
  });

  it('holds its job when the agent declines it, and frees the slot', () => {
    const roots = jobnet([job('A1'), job('B1')]);
    givenRun(runStarted(roots), dispatched('A1')).when(withSlots(0, report(fact.declined('A1')))).then(plain('JobDeclined', 'A1'), dispatched('B1'));
    expect(statesOf(foldRun(runStarted(roots), dispatched('A1'), plain('JobDeclined', 'A1')))).toEqual(['held', 'ready']);
  });
});

describe('a late result', () => {
  const a1Skipped = [...a1Runs, skipped('A1', 1), dispatched('A2')];

  it('is kept and changes nothing after a skip', () => {
    givenRun(...a1Skipped).when(report(fact.finished('A1', 1))).then(lateResult('A1', 1));
    const run = foldRun(...a1Skipped, lateResult('A1', 1));
    expect(statesOf(run)).toEqual(['skipped', 'dispatched']);
    expect(run.jobs[0]?.executions[0]).toMatchObject({ state: 'finished', exitCode: 1, late: true });
  });

  it('is kept and changes nothing after the run has finished', () => {
    const history = [...a1Skipped, finished('A2'), runFinished('succeeded')];
    givenRun(...history).when(report(fact.finished('A1', 1))).then(lateResult('A1', 1));
    expect(foldRun(...history, lateResult('A1', 1)).finished).toBe('succeeded');
  });

  it('is kept once', () => {
    givenRun(...a1Skipped, lateResult('A1')).when(report(fact.finished('A1'))).thenNothing();
  });

  it('gives its slot back to a job that waits', () => {
    givenRun(...a1Runs, skipped('A1', 1)).when(withSlots(0, report(fact.finished('A1')))).then(lateResult('A1'), dispatched('A2'));
  });

  it('is kept on the attempt it belongs to, beside one that runs', () => {
    const rerun = [...a1Runs, rerunRequested('A1'), dispatched('A1', 2, { attempt: 2 })];
    givenRun(...rerun).when(report(fact.finished('A1'))).then(lateResult('A1'));
    expect(statesOf(foldRun(...rerun, lateResult('A1')))).toEqual(['dispatched', 'waiting']);
    givenRun(...rerun, lateResult('A1')).when(report(fact.finished('A1', 0, 2))).then(finished('A1', 0, 2), dispatched('A2'));
  });

  it('is kept for an execution that was lost or given up', () => {
    for (const end of [plain('JobLost', 'A1'), intent('ExecutionAbandoned', 'A1')]) {
      givenRun(...a1Runs, end).when(report(fact.finished('A1'))).then(lateResult('A1'));
      expect(statesOf(foldRun(...a1Runs, end, lateResult('A1')))).toEqual(['lost', 'waiting']);
    }
  });

  it('is kept for an execution that was said never to have started: another journal under the name may have known better', () => {
    for (const end of [plain('JobNeverStarted', 'A1'), plain('JobDeclined', 'A1')]) {
      givenRun(...a1Sent, end).when(withSlots(0, report(fact.finished('A1')))).then(lateResult('A1'));
    }
  });

  it('needs a result: what else is said after a skip moves the execution alone', () => {
    const skippedBeforeStart = [...a1Sent, skipped('A1', 1), dispatched('A2')];
    givenRun(...skippedBeforeStart).when(report(fact.started('A1'))).then(started('A1'));
    givenRun(...skippedBeforeStart).when(report(fact.neverStarted('A1'))).then(plain('JobNeverStarted', 'A1'));
    const run = foldRun(...skippedBeforeStart, plain('JobNeverStarted', 'A1'));
    expect(statesOf(run)).toEqual(['skipped', 'dispatched']);
    expect(executionStateOf(run, 'A1')).toBe('never-started');
  });
});
