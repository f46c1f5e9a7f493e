import { foldRun, givenRun, statesOf } from '../../test-support/given-run.js';
import { chain, diamond, job, jobnet } from '../../test-support/jobnets.js';
import { dispatchReady, fact, nobodyConnected, report, reportBy, skip, withSlots } from '../../test-support/run-commands.js';
import { dispatched, finished, held, lateResult, released, runFinished, runStarted, skipped, started } from '../../test-support/run-events.js';

const a1Runs = [dispatched('A1'), started('A1')];

describe('what follows a result', () => {
  it('is the successor, in the same decision', () => {
    givenRun(runStarted(chain('A1', 'A2')), ...a1Runs).when(report(fact.finished('A1'))).then(finished('A1'), dispatched('A2'));
  });

  it('is the end of the run after the last job', () => {
    givenRun(runStarted(chain('A1')), ...a1Runs).when(report(fact.finished('A1'))).then(finished('A1'), runFinished('succeeded'));
  });

  it('is all of a fan-out', () => {
    givenRun(runStarted(diamond), ...a1Runs).when(report(fact.finished('A1'))).then(finished('A1'), dispatched('A2'), dispatched('A3'));
  });

  it('is the join only after its last predecessor', () => {
    const history = [runStarted(diamond), ...a1Runs, finished('A1'), dispatched('A2'), dispatched('A3')];
    givenRun(...history).when(report(fact.finished('A3'))).then(finished('A3'));
    givenRun(...history, finished('A3')).when(report(fact.finished('A2'))).then(finished('A2'), dispatched('A4'));
  });

  it('walks a chain to its end, one decision a job', () => {
    const net = chain('A1', 'A2', 'A3');
    givenRun(runStarted(net), ...a1Runs, finished('A1'), dispatched('A2')).when(report(fact.finished('A2'))).then(finished('A2'), dispatched('A3'));
    givenRun(runStarted(net), ...a1Runs, finished('A1'), dispatched('A2'), finished('A2'), dispatched('A3'))
      .when(report(fact.finished('A3'))).then(finished('A3'), runFinished('succeeded'));
  });

  it('hands the only slot on to the next job', () => {
    const net = jobnet([job('A1'), job('A2'), job('A3')]);
    givenRun(runStarted(net), dispatched('A1')).when(withSlots(0, report(fact.finished('A1')))).then(finished('A1'), dispatched('A2'));
  });

  it('hands no slot on while more is open than the agent has slots', () => {
    const net = jobnet([job('A1'), job('A2'), job('A3')]);
    givenRun(runStarted(net), dispatched('A1'), dispatched('A2')).when(withSlots(-1, report(fact.finished('A1')))).then(finished('A1'));
  });

  it('uses the slot of another agent only as far as that is connected', () => {
    const net = jobnet([job('A1'), job('B1', { agent: 'other', after: ['A1'] })]);
    const history = [runStarted(net), ...a1Runs];
    givenRun(...history).when(withSlots({ local: 5 }, report(fact.finished('A1')))).then(finished('A1'));
    givenRun(...history).when(withSlots({ local: 0, other: 1 }, report(fact.finished('A1')))).then(finished('A1'), dispatched('B1', 1, { agent: 'other' }));
  });

  it('gives no slots to an agent that is away, whatever it is called', () => {
    const net = jobnet([job('A1', { agent: 'constructor' }), job('A2', { agent: 'constructor' })]);
    givenRun(runStarted(net), dispatched('A1', 1, { agent: 'constructor' }))
      .when(withSlots(nobodyConnected, reportBy('constructor', fact.finished('A1')))).then(finished('A1'));
  });

  it('is nothing while the run is held, and everything that was ready after its release', () => {
    const history = [runStarted(chain('A1', 'A2')), ...a1Runs, { type: 'RunHeld', data: {} } as const];
    givenRun(...history).when(report(fact.finished('A1'))).then(finished('A1'));
    givenRun(...history, finished('A1'), { type: 'RunReleased', data: {} }).when(dispatchReady()).then(dispatched('A2'));
  });

  it('is the end of the run once a stop of it was asked for and nothing runs', () => {
    givenRun(runStarted(chain('A1', 'A2')), ...a1Runs, { type: 'RunStopRequested', data: {} }).when(report(fact.finished('A1'))).then(finished('A1'), runFinished('stopped'));
  });

  it('passes over a job that is held, until it is released', () => {
    const history = [runStarted(diamond), held('A2'), ...a1Runs];
    givenRun(...history).when(report(fact.finished('A1'))).then(finished('A1'), dispatched('A3'));
    expect(statesOf(foldRun(...history, finished('A1')))).toEqual(['succeeded', 'held', 'ready', 'waiting']);
    givenRun(...history, finished('A1'), released('A2'), dispatched('A3')).when(dispatchReady()).then(dispatched('A2'));
  });

  it('is the end of the run only once, also when an open execution reports afterwards', () => {
    givenRun(runStarted(chain('A1')), ...a1Runs).when(skip('A1')).then(skipped('A1', 1), runFinished('succeeded'));
    givenRun(runStarted(chain('A1')), ...a1Runs, skipped('A1', 1), runFinished('succeeded'))
      .when(report(fact.finished('A1'))).then(lateResult('A1'));
  });
});

describe('a slot that becomes free', () => {
  it('takes the first job that is ready', () => {
    givenRun(runStarted(jobnet([job('A1'), job('A2'), job('A3')])), dispatched('A1')).when(withSlots(1, dispatchReady())).then(dispatched('A2'));
  });

  it('changes nothing when no job is ready, when the run is over, or when there is no run', () => {
    givenRun(runStarted(chain('A1', 'A2')), ...a1Runs).when(dispatchReady()).thenNothing();
    givenRun(runStarted(chain('A1')), ...a1Runs, finished('A1'), runFinished('succeeded')).when(dispatchReady()).thenNothing();
    givenRun().when(dispatchReady()).thenNothing();
  });

  it('changes nothing for a job whose agent is away', () => {
    givenRun(runStarted(chain('A1'))).when(withSlots(nobodyConnected, dispatchReady())).thenNothing();
  });
});
