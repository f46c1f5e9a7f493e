// Stories of one run, as a log tells them: what the campaign's checker lets pass, and what it does not.

interface Told {
  readonly type: string;
  readonly data: object;
  readonly actor?: Actor;
}

interface Actor {
  readonly kind: string;
  readonly id: string;
}

const { checkRecord, checkShown } = (await import(new URL('../../campaign/check/laws.mjs', import.meta.url).href)) as {
  checkRecord: (record: { log: readonly object[]; answered: readonly object[]; isGapless: boolean }) => void;
  checkShown: (log: readonly object[], seen: readonly object[]) => void;
};

const SOMEBODY: Actor = { kind: 'operator', id: 'somebody' };
const SERVER: Actor = { kind: 'server', id: 'server' };

const AGENT_LOST: Told = { type: 'AgentDeclaredLost', data: {} };

function logOf(told: readonly Told[]): object[] {
  const ofTheRun = told.filter((each) => each !== AGENT_LOST);
  return told.map((each, index) => ({
    position: String(index + 1), ...(each === AGENT_LOST ? { stream: 'agent-one', revision: 0 } : { stream: 'run-R', revision: ofTheRun.indexOf(each) }), id: `id-${index}`,
    type: each.type, data: each.data, actor: each.actor ?? SOMEBODY, at: '2026-01-01T00:00:00.000Z',
  }));
}

const story = (...told: readonly Told[]) => () => checkRecord({ log: logOf(told), answered: [], isGapless: true });

/** J1, and J2 after it. */
function started({ onFailure = 'hold', ...first }: { onFailure?: string; [key: string]: unknown } = {}): Told {
  return { type: 'RunStarted', data: { runId: 'R', definition: { onFailure, jobs: [{ id: 'J1', after: [], successCodes: [0], ...first }, { id: 'J2', after: ['J1'], successCodes: [0] }] } } };
}

const of = (type: string, jobId: string, ordinal: number, more: object = {}): Told => ({ type, data: { jobId, executionId: `R~${jobId}~${ordinal}`, ...more } });
const dispatched = (jobId: string, ordinal = 1, attempt = ordinal) => of('JobDispatched', jobId, ordinal, { ordinal, attempt, agent: 'one' });
const finished = (jobId: string, exitCode: number, outcome = exitCode === 0 ? 'succeeded' : 'failed', ordinal = 1) => of('JobFinished', jobId, ordinal, { exitCode, outcome });
const late = (jobId: string, exitCode: number, outcome = exitCode === 0 ? 'succeeded' : 'failed') => of('LateResultRecorded', jobId, 1, { exitCode, outcome });
const lost = (ordinal = 1) => of('JobLost', 'J1', ordinal, { reason: 'the host was booted anew' });
const word = (type: string, jobId: string, more: object = {}): Told => ({ type, data: { jobId, ...more } });
const rerun = (previous: number, more: object = {}) => word('JobRerunRequested', 'J1', { previousExecution: `R~J1~${previous}`, concurrent: false, ...more });
const ended = (status: string): Told => ({ type: 'RunFinished', data: { status } });
const ofRun = (type: string): Told => ({ type, data: {} });
const by = (actor: Actor, told: Told): Told => ({ ...told, actor });

const BOTH_DONE = [started(), dispatched('J1'), finished('J1', 0), dispatched('J2'), finished('J2', 0)];
const J1_FAILED = (onFailure: string) => [started({ onFailure }), dispatched('J1'), finished('J1', 3)];

describe('what the campaign\'s checker demands of the end of a run', () => {
  it('that every job of it is decided', () => {
    expect(story(...BOTH_DONE, ended('succeeded'))).not.toThrow();
    expect(story(started(), dispatched('J1'), ended('failed'))).toThrow('RunFinished: J1 is dispatched, and nobody has decided it');
    expect(story(started(), ended('failed'))).toThrow('J1 is ready, and nobody has decided it');
  });

  it('that no successor is left out which could begin', () => {
    expect(story(started(), dispatched('J1'), finished('J1', 0), ended('succeeded'))).toThrow('J2 is ready, and nobody has decided it');
    expect(story(started(), word('JobSkipped', 'J1'), ended('succeeded'))).toThrow('J2 is ready, and nobody has decided it');
    expect(story(started(), word('JobSkipped', 'J1'), word('JobHeld', 'J2'), ended('succeeded'))).toThrow('J2 is held, and nobody has decided it');
  });

  it('that a failure waits for somebody, unless its jobnet says that it ends the run', () => {
    expect(story(...J1_FAILED('hold'), ended('failed'))).toThrow('J1 is failed, and nobody has decided it');
    expect(story(...J1_FAILED('end'), ended('failed'))).not.toThrow();
    expect(story(...J1_FAILED('hold'), word('JobOutcomeSettled', 'J1', { outcome: 'failed' }), ended('failed'))).not.toThrow();
  });

  it('that nothing is out when it was to be stopped', () => {
    const wished = [started(), dispatched('J1'), ofRun('RunStopRequested'), of('JobStopRequested', 'J1', 1)];
    expect(story(...wished, ended('stopped'))).toThrow('J1 is dispatched, and nobody has decided it');
    expect(story(...wished, of('JobStopped', 'J1', 1), ended('stopped'))).not.toThrow();
  });

  it.each([
    ['succeeded', 'failed', J1_FAILED('end')], ['failed', 'succeeded', BOTH_DONE], ['stopped', 'succeeded', BOTH_DONE], ['failed', 'stopped', [started(), ofRun('RunStopRequested')]],
    ['succeeded', 'stopped', [started(), ofRun('RunStopRequested')]], ['stopped', 'failed', J1_FAILED('end')],
  ])('that it is not called %s when it is %s', (said, due, told) => {
    expect(story(...told, ended(due))).not.toThrow();
    expect(story(...told, ended(said))).toThrow(`${said}, and by its jobs it is ${due}`);
  });

  it('that nothing comes behind it but what becomes of executions', () => {
    const over = [started({ onFailure: 'end' }), dispatched('J1'), word('JobSkipped', 'J1', { openExecution: 'R~J1~1' }), dispatched('J2'), finished('J2', 5), ended('failed')];
    expect(story(...over, late('J1', 3), of('LateResultAdopted', 'J1', 1, { outcome: 'failed' }))).not.toThrow();
    // Its agent came with another directory, and then with its own again.
    expect(story(...over, of('JobNotKnownToAgent', 'J1', 1), of('ExecutionAbandoned', 'J1', 1), of('JobKnownToAgent', 'J1', 1), of('JobLost', 'J1', 1))).not.toThrow();
    expect(story(...over, rerun(1))).toThrow('JobRerunRequested: the run had ended before, as failed');
    expect(story(...over, dispatched('J2', 2))).toThrow('JobDispatched: the run had ended before, as failed');
    expect(story(...over, ended('failed'))).toThrow('RunFinished: the run had ended before, as failed');
    expect(story(...over, ofRun('RunHeld'))).toThrow('RunHeld: the run had ended before, as failed');
  });

  it.each([
    ['running', [started()]], ['held', [started(), ofRun('RunHeld')]], ['failing', J1_FAILED('hold')], ['running', J1_FAILED('end')], ['succeeded', [...BOTH_DONE, ended('succeeded')]],
  ])('that it is shown as %s then', (status, told) => {
    const jobs = (states: readonly string[]) => states.map((state, index) => ({
      jobId: `J${index + 1}`, state, attempt: 1, executions: ['succeeded', 'failed'].includes(state) ? [{ executionId: `R~J${index + 1}~1`, state }] : [],
    }));
    const states = told.length > 4 ? ['succeeded', 'succeeded'] : told.length > 2 ? ['failed', 'waiting'] : ['ready', 'waiting'];
    const shown = (said: string) => () => checkShown(logOf(told), [{ runId: 'R', revision: told.length - 1, life: 0, server: 'server', status: said, jobs: jobs(states) }]);
    expect(shown(status)).not.toThrow();
    expect(shown('stopped')).toThrow('the API showed {"status":"stopped"');
  });
});

describe('what the campaign\'s checker demands of an outcome', () => {
  it('that it is what the exit code means by the definition', () => {
    expect(story(started(), dispatched('J1'), finished('J1', 3, 'succeeded'))).toThrow('R~J1~1 ended with 3, which is failed and not succeeded');
    expect(story(started(), dispatched('J1'), finished('J1', 0, 'failed'))).toThrow('R~J1~1 ended with 0, which is succeeded and not failed');
    expect(story(started({ successCodes: [0, 3] }), dispatched('J1'), finished('J1', 3, 'succeeded'), dispatched('J2'))).not.toThrow();
  });

  it('also of a result that comes late', () => {
    const skipped = [started(), dispatched('J1'), word('JobSkipped', 'J1', { openExecution: 'R~J1~1' })];
    expect(story(...skipped, late('J1', 3))).not.toThrow();
    expect(story(...skipped, late('J1', 3, 'succeeded'))).toThrow('R~J1~1 ended with 3, which is failed and not succeeded');
  });

  it('that a result is late only where the job does not wait for it', () => {
    expect(story(started(), dispatched('J1'), late('J1', 0))).toThrow('J1 waits for R~J1~1: its result is not late');
  });

  it('that what is adopted came late, and is taken for what it is', () => {
    const skipped = [started(), dispatched('J1'), word('JobSkipped', 'J1', { openExecution: 'R~J1~1' })];
    const adopted = (outcome: string) => of('LateResultAdopted', 'J1', 1, { outcome });
    expect(story(...skipped, adopted('succeeded'))).toThrow('no late result of R~J1~1 has arrived');
    expect(story(...skipped, late('J1', 3), adopted('succeeded'))).toThrow('the late result of R~J1~1 is failed, and was adopted as succeeded');
    expect(story(...skipped, late('J1', 3), adopted('failed'))).not.toThrow();
  });

  it('that what was stopped was to be stopped, and decides its job', () => {
    expect(story(started(), dispatched('J1'), of('JobStopped', 'J1', 1, { exitCode: 143 }))).toThrow('R~J1~1 was stopped, and nobody had wished for it');
    expect(story(started(), dispatched('J1'), of('JobStopRequested', 'J1', 1), of('JobStopped', 'J1', 1, { exitCode: 143 }))).not.toThrow();
    expect(story(started({ timeout: { seconds: 1, then: 'stop' } }), dispatched('J1'), of('JobStopped', 'J1', 1, { exitCode: 143, policy: 'timeout' }))).not.toThrow();
    expect(story(started(), dispatched('J1'), of('JobStopRequested', 'J1', 1), word('JobSkipped', 'J1'), of('JobStopped', 'J1', 1))).toThrow('J1 does not wait for R~J1~1');
  });

  it('that a real result wins over a wish to stop', () => {
    expect(story(started(), dispatched('J1'), of('JobStopRequested', 'J1', 1), finished('J1', 0), dispatched('J2'))).not.toThrow();
  });
});

describe('what the campaign\'s checker demands of a policy', () => {
  const notKnown = of('JobNotKnownToAgent', 'J1', 1, { reason: 'its journal is new' });
  const failed = (policy: string, ordinal = 1) => of('JobFailedByPolicy', 'J1', ordinal, { policy });
  const says = (onLost: string, onUnknown = 'ask') => [started({ onLost, onUnknown }), dispatched('J1')];

  it('that a re-run by itself stands in the definition', () => {
    expect(story(...says('rerun'), lost(), rerun(1, { policy: 'onLost' }), dispatched('J1', 2))).not.toThrow();
    expect(story(...says('ask'), lost(), rerun(1, { policy: 'onLost' }))).toThrow('J1 says onLost: ask');
    expect(story(...says('fail'), lost(), rerun(1, { policy: 'onLost' }))).toThrow('J1 says onLost: fail');
    expect(story(started(), dispatched('J1'), lost(), rerun(1, { policy: 'onLost' }))).toThrow('J1 says onLost: ask');
    expect(story(...says('rerun', 'ask'), notKnown, rerun(1, { policy: 'onUnknown', concurrent: true }))).toThrow('J1 says onUnknown: ask');
  });

  it('that a failure by itself does, too', () => {
    expect(story(...says('fail'), lost(), failed('onLost'))).not.toThrow();
    expect(story(...says('ask'), lost(), failed('onLost'))).toThrow('J1 says onLost: ask');
    expect(story(...says('rerun'), lost(), failed('onLost'))).toThrow('J1 says onLost: rerun');
    expect(story(...says('ask', 'fail'), notKnown, failed('onUnknown'))).not.toThrow();
  });

  it('that what it is for has come about, to the newest execution', () => {
    expect(story(...says('rerun'), rerun(1, { policy: 'onLost', concurrent: true }))).toThrow('R~J1~1 is dispatched: that is not what onLost is for');
    expect(story(...says('rerun', 'rerun'), rerun(1, { policy: 'onUnknown', concurrent: true }))).toThrow('R~J1~1 is dispatched: that is not what onUnknown is for');
    expect(story(...says('fail'), notKnown, failed('onLost'))).toThrow('R~J1~1 is dispatched, not known to its agent: that is not what onLost is for');
    expect(story(...says('fail'), lost(), rerun(1), dispatched('J1', 2), failed('onLost'))).toThrow('R~J1~1 is not the newest one of J1');
  });

  it('that an execution which a person gave up is lost by no policy, unless its whole agent was declared lost', () => {
    const abandoned = (more: object) => [...says('rerun'), AGENT_LOST, of('ExecutionAbandoned', 'J1', 1, more), rerun(1, { policy: 'onLost' })];
    expect(story(...abandoned({}))).toThrow('R~J1~1 is abandoned: that is not what onLost is for');
    expect(story(...abandoned({ agentDeclaredLost: true }))).not.toThrow();
  });

  it('that a wish to stop stands above it', () => {
    expect(story(...says('rerun'), of('JobStopRequested', 'J1', 1), lost(), rerun(1, { policy: 'onLost' }))).toThrow('R~J1~1 was to be stopped');
    expect(story(...says('fail'), ofRun('RunStopRequested'), lost(), failed('onLost'))).toThrow('R~J1~1 was to be stopped');
  });

  it('that a person\'s word about the job does', () => {
    expect(story(...says('fail'), lost(), word('JobSkipped', 'J1'), failed('onLost'))).toThrow('J1 is skipped: it is decided');
  });

  it('that a job which is lost again and again is re-run three times in a row at most', () => {
    const again = (ordinal: number) => [lost(ordinal), rerun(ordinal, { policy: 'onLost' }), dispatched('J1', ordinal + 1)];
    expect(story(...says('rerun'), ...[1, 2, 3].flatMap(again), lost(4))).not.toThrow();
    expect(story(...says('rerun'), ...[1, 2, 3, 4].flatMap(again))).toThrow('J1 has come to nothing 4 times in a row');
  });

  it('that no attempt after a failure is planned where the definition says nothing of one', () => {
    expect(story(started(), dispatched('J1'), finished('J1', 3), of('JobRetryPlanned', 'J1', 1, { attempt: 2, due: '2026-01-01T00:00:00.000Z' }))).toThrow('J1 says nothing of another attempt');
    expect(story(started(), dispatched('J1'), finished('J1', 3), rerun(1, { policy: 'retry' }))).toThrow('J1 says nothing of another attempt');
  });
});

describe('what the campaign\'s checker demands of a word', () => {
  it('that a re-run without a policy was asked for by a person', () => {
    const failed = [started(), dispatched('J1'), finished('J1', 3)];
    expect(story(...failed, rerun(1), dispatched('J1', 2))).not.toThrow();
    expect(story(...failed, by(SERVER, rerun(1)))).toThrow('JobRerunRequested: server server is no person, and there is no policy');
  });

  it.each([['JobSkipped', word('JobSkipped', 'J1')], ['JobHeld', word('JobHeld', 'J2')], ['JobOutcomeSettled', word('JobOutcomeSettled', 'J1', { outcome: 'succeeded' })], ['RunHeld', ofRun('RunHeld')], ['ExecutionAbandoned', of('ExecutionAbandoned', 'J1', 1)]])(
    'that %s was said by one', (type, told) => {
      expect(story(started(), dispatched('J1'), told)).not.toThrow();
      expect(story(started(), dispatched('J1'), by({ kind: 'agent', id: 'one' }, told))).toThrow(`${type}: agent one is no person`);
    },
  );

  it('that a re-run follows the newest execution, and stands beside one that is out only where that was said', () => {
    expect(story(started(), dispatched('J1'), rerun(1))).toThrow('R~J1~1 is still out');
    expect(story(started(), dispatched('J1'), rerun(1, { concurrent: true }), dispatched('J1', 2))).not.toThrow();
    expect(story(started(), dispatched('J1'), rerun(2, { concurrent: true }))).toThrow('it is to follow R~J1~2, and the newest one is R~J1~1');
  });
});
