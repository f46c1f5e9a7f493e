import type { JobnetEvent } from '#events/jobnet.events';
import { by, fold, given } from '../../test-support/given.js';
import { chain } from '../../test-support/jobnets.js';
import { operator } from '../../test-support/run-commands.js';
import type { FoldContext } from '../decider.js';
import { isRejection } from '../rejection.js';
import { jobnetAnswers, type JobnetMode, nextJobnetMode } from './jobnet-answers.js';
import { type ChangeJobnet, type JobnetCommand, jobnetDecider, type JobnetExpectation, type JobnetState, versionToStart } from './jobnet.decider.js';

type Sent = JobnetCommand & { readonly context: FoldContext };

const freeze: FoldContext = { ...operator('freeze'), reason: 'month-end freeze', ticket: 'OPS-7' };
const defined: JobnetEvent = { type: 'JobnetDefined', data: { version: 1, definition: chain('A1', 'A2') } };
const revised: JobnetEvent = { type: 'JobnetRevised', data: { version: 2, definition: chain('A1') } };
const enabled: JobnetEvent = { type: 'JobnetEnabled', data: {} };
const disabled: JobnetEvent = { type: 'JobnetDisabled', data: {} };
const retired: JobnetEvent = { type: 'JobnetRetired', data: {} };

const historyOf: { readonly [Mode in JobnetMode]: readonly JobnetEvent[] } = {
  absent: [], enabled: [defined], disabled: [defined, disabled], retired: [defined, retired],
};
const modes = Object.keys(historyOf) as JobnetMode[];

const givenJobnet = (...history: Parameters<typeof given<JobnetState, Sent, JobnetEvent>> extends [unknown, ...infer Events] ? Events : never) =>
  given<JobnetState, Sent, JobnetEvent>(jobnetDecider, ...history);
const say = (type: ChangeJobnet['type'], expect?: JobnetExpectation): Sent => ({ type, jobnet: 'A', expect, context: operator(type) });
const define = (...jobs: string[]): Sent => ({ type: 'DefineJobnet', definition: chain(...jobs), context: operator('define') });

describe('a jobnet', () => {
  it('is disabled and enabled, as often as people want', () => {
    givenJobnet(defined).when(say('DisableJobnet')).then(disabled);
    givenJobnet(defined, disabled).when(say('EnableJobnet')).then(enabled);
    givenJobnet(defined, disabled, enabled).when(say('DisableJobnet')).then(disabled);
  });

  it('is retired, also while it is disabled, and comes back enabled', () => {
    givenJobnet(defined).when(say('RetireJobnet')).then(retired);
    givenJobnet(defined, disabled).when(say('RetireJobnet')).then(retired);
    givenJobnet(defined, retired).when(say('EnableJobnet')).then(enabled);
  });

  it('is not disabled while it is retired: enabling everything afterwards would bring it back', () => {
    givenJobnet(defined, ...by(freeze, retired)).when(say('DisableJobnet')).thenRejected('jobnet-retired', /^A cannot be disabled: it is retired since \S+ by mika \(month-end freeze, OPS-7\)/);
  });

  it('takes a revision while it is disabled, and stays so', () => {
    givenJobnet(defined, disabled).when(define('A1')).then(revised);
    expect(fold(jobnetDecider, defined, disabled, revised)).toMatchObject({ mode: 'disabled', version: 2 });
  });

  it.each([['another', ['A1']], ['the same', ['A1', 'A2']]])('takes no definition while it is retired, %s neither, and says what would help', (_which, jobs) => {
    givenJobnet(defined, retired).when(define(...jobs)).thenRejected('jobnet-retired', /A takes no definition: it is retired since .*; enabled, it takes one again$/);
  });

  it('goes on with the version it had', () => {
    givenJobnet(defined, retired, enabled).when(define('A1')).then(revised);
  });

  it('remembers whose order closed it and why, until it is open', () => {
    const { at, actor } = freeze;
    const closed = { since: at, by: actor, reason: 'month-end freeze', ticket: 'OPS-7' };
    expect(fold(jobnetDecider, defined, ...by(freeze, disabled))).toMatchObject({ mode: 'disabled', closed });
    expect(fold(jobnetDecider, defined, disabled, ...by(freeze, retired))).toMatchObject({ mode: 'retired', closed });
    expect(fold(jobnetDecider, defined, ...by(freeze, disabled), enabled)).not.toHaveProperty('closed');
  });

  it('is changed only as long as it is as the operator saw it', () => {
    givenJobnet(defined).when(say('DisableJobnet', { version: 1, state: 'enabled' })).then(disabled);
    givenJobnet(defined).when(say('DisableJobnet', { version: 2 })).thenRejected('not-as-expected', /A has version 1, not 2/);
    givenJobnet(defined, disabled).when(say('RetireJobnet', { state: 'enabled' })).thenRejected('not-as-expected', /A is disabled, not enabled/);
    givenJobnet(defined, disabled).when(say('DisableJobnet', { state: 'enabled' })).thenNothing();
  });
});

describe('the start of a run', () => {
  it('is refused with the state, whose order it is, and what would help', () => {
    const message = expect.stringMatching(/^no run of A can be started: it is disabled since \S+ by mika \(month-end freeze, OPS-7\); enabled, it runs again$/) as string;
    expect(versionToStart('A', fold(jobnetDecider, defined, ...by(freeze, disabled)))).toEqual({ rejected: 'jobnet-disabled', message });
  });

  it('takes the newest version', () => {
    expect(versionToStart('A', fold(jobnetDecider, defined, disabled, revised, enabled))).toEqual(revised.data);
  });

  it.each(modes)('is answered by the table: %s', (mode) => {
    const answer = versionToStart('A', fold(jobnetDecider, ...historyOf[mode]));
    expect('rejected' in answer ? answer.rejected : 'RunStarted').toBe(jobnetAnswers[mode].StartRun);
  });
});

describe.each(modes)('a jobnet that is %s', (mode) => {
  const commands: readonly Sent[] = [say('EnableJobnet'), say('DisableJobnet'), say('RetireJobnet'), define('A1')];

  it.each(commands)('answers $type as the table says', (command) => {
    const decision = jobnetDecider.decide(command, fold(jobnetDecider, ...historyOf[mode]));
    const answer = isRejection(decision) ? decision.rejected : (decision[0]?.type ?? 'already so');
    expect(answer).toBe(jobnetAnswers[mode][command.type as keyof (typeof jobnetAnswers)[typeof mode]]);
  });

  it.each([defined, revised, enabled, disabled, retired])('folds $type as the table says', (event) => {
    const history = [...historyOf[mode], event];
    const next = nextJobnetMode[mode][event.type];
    if (next === 'corrupt') expect(() => fold(jobnetDecider, ...history)).toThrow(expect.objectContaining({ name: 'CorruptHistoryError' }) as Error);
    else expect(fold(jobnetDecider, ...history).mode).toBe(next);
  });
});
