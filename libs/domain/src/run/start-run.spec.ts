import { by } from '../../test-support/given.js';
import { foldRun, givenRun, statesOf } from '../../test-support/given-run.js';
import { chain, diamond, job, jobnet } from '../../test-support/jobnets.js';
import { nobodyConnected, operator, server, start, withContext, withSlots } from '../../test-support/run-commands.js';
import { dispatched, finished, runFinished, runStarted } from '../../test-support/run-events.js';

const threeRoots = jobnet([job('A1'), job('A2'), job('A3')]);

describe('the start of a run', () => {
  it('dispatches the jobs that are after none, in the same decision', () => {
    givenRun().when(start(diamond)).then(runStarted(diamond), dispatched('A1'));
  });

  it('dispatches as many as the agent has free slots, in the order of the jobnet', () => {
    givenRun().when(withSlots(2, start(threeRoots))).then(runStarted(threeRoots), dispatched('A1'), dispatched('A2'));
  });

  it('counts the slots of each agent for itself', () => {
    const net = jobnet([job('A1'), job('B1', { agent: 'other' }), job('A2'), job('B2', { agent: 'other' })]);
    givenRun().when(withSlots({ local: 1, other: 1 }, start(net)))
      .then(runStarted(net), dispatched('A1'), dispatched('B1', 1, { agent: 'other' }));
  });

  it('is recorded alone when nobody is connected, and its roots are ready', () => {
    givenRun().when(withSlots(nobodyConnected, start(diamond))).then(runStarted(diamond));
    expect(statesOf(foldRun(runStarted(diamond)))).toEqual(['ready', 'waiting', 'waiting', 'waiting']);
  });

  it('of a jobnet without jobs is its end as well', () => {
    givenRun().when(start(jobnet([]))).then(runStarted(jobnet([])), runFinished('succeeded'));
  });

  it('carries the definition by value', () => {
    const run = foldRun(runStarted(diamond));
    expect(run.definition).toEqual(diamond);
    expect(run.jobs.map(({ definition }) => definition.id)).toEqual(['A1', 'A2', 'A3', 'A4']);
  });

  it('is refused for a run that somebody else started under the same name', () => {
    givenRun(runStarted(diamond)).when(start(diamond)).thenRejected('run-exists', /A-20261122 has already been started/);
  });

  it('is already so for the same command, also when the run is over', () => {
    givenRun(...by(operator('start'), runStarted(chain('A1')), dispatched('A1')), finished('A1'), runFinished('succeeded'))
      .when(start(chain('A1'))).thenNothing();
  });

  it('is already so for the same command of a server, which a schedule may fire twice', () => {
    givenRun().when(withContext(server('occurrence-1'), start(diamond))).then(runStarted(diamond), dispatched('A1'));
  });
});
