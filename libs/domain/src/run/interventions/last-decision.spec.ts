import type { RunEvent } from '#events/run.events';
import { by } from '../../../test-support/given.js';
import { foldRun } from '../../../test-support/given-run.js';
import { chain } from '../../../test-support/jobnets.js';
import { agent, operator } from '../../../test-support/run-commands.js';
import {
  adopted, dispatched, failedByPolicy, finished, held, intent, lateResult, plain, released, rerunByPolicy, rerunRequested, runStarted, settled, skipped, started, stopped,
} from '../../../test-support/run-events.js';
import { RECORDED_AT } from '../../../test-support/run-instants.js';

const begun = [runStarted(chain('A1', 'A2')), dispatched('A1'), started('A1')];
const mika = { ...operator('c'), reason: 'seen on the host', ticket: 'OPS-7' };
const ofMika = (decision: string) => ({ decision, at: RECORDED_AT, actor: { kind: 'operator', id: 'mika' }, reason: 'seen on the host', ticket: 'OPS-7' });

/** What the run shows of A1 after these, of which the last is of Mika's command. */
function shownAfter(...events: readonly RunEvent[]) {
  return foldRun(...begun, ...events.slice(0, -1), ...by(mika, ...events.slice(-1))).jobs.map(({ lastDecision }) => lastDecision);
}

describe('the last decision about a job', () => {
  it('is none where nobody decided anything', () => {
    expect(foldRun(...begun, finished('A1', 1)).jobs.map(({ lastDecision }) => lastDecision)).toEqual([undefined, undefined]);
  });

  it.each([
    ['skip', [skipped('A1', 1)]],
    ['stop', [intent('JobStopRequested', 'A1')]],
    ['settle', [settled('A1', 'failed')]],
    ['abandon', [intent('ExecutionAbandoned', 'A1')]],
    ['rerun', [finished('A1', 1), rerunRequested('A1')]],
    ['adopt', [skipped('A1', 1), lateResult('A1'), adopted('A1', 'succeeded')]],
  ] as const)('has who, when and why: %s', (decision, events) => {
    expect(shownAfter(...events)).toEqual([ofMika(decision), undefined]);
  });

  it.each([['hold', [held('A2')]], ['release', [held('A2'), released('A2')]]] as const)('has who, when and why: %s', (decision, events) => {
    expect(shownAfter(...events)).toEqual([undefined, ofMika(decision)]);
  });

  it('stays when the agent says what came of it', () => {
    const run = foldRun(...begun, ...by(mika, intent('JobStopRequested', 'A1')), ...by(agent('r'), stopped('A1')));
    expect(run.jobs[0]).toMatchObject({ state: 'stopped', lastDecision: ofMika('stop') });
  });

  it.each([intent('JobStopRequested', 'A1'), intent('ExecutionAbandoned', 'A1')])('is not $type of what a decided job has left open', (event) => {
    const run = foldRun(...begun, ...by(mika, skipped('A1', 1)), ...by(operator('other'), event));
    expect(run.jobs[0]?.lastDecision).toEqual(ofMika('skip'));
  });

  it.each([['fail', failedByPolicy('A1', 'onLost')], ['rerun', rerunByPolicy('A1', 'onLost')]])('may be that of a policy, which it names: %s', (decision, event) => {
    const run = foldRun(...begun, ...by(agent('r'), plain('JobLost', 'A1'), event));
    expect(run.jobs[0]?.lastDecision).toMatchObject({ decision, policy: 'onLost', actor: { kind: 'agent' } });
  });
});
