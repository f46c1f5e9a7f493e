interface Event {
  readonly position: string;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: object;
  readonly actor: { readonly kind: string; readonly id: string };
}

interface Seen {
  readonly runId: string;
  readonly life: number;
  readonly server: string;
  readonly mustShow?: string;
  readonly isMissing?: boolean;
  readonly revision?: number;
  readonly status?: string;
  readonly jobs?: readonly object[];
}

const { check, checkRecord, checkShown } = (await import(new URL('../../campaign/check/laws.mjs', import.meta.url).href)) as {
  check: (evidence: object) => number;
  checkRecord: (record: { log: readonly Event[]; answered: readonly object[]; isGapless: boolean }) => void;
  checkShown: (log: readonly Event[], seen: readonly Seen[]) => void;
};

/** One event at each of these positions. */
function logOf(...events: readonly (readonly [position: number, stream: string, type: string, data?: object])[]): Event[] {
  const revisions = new Map<string, number>();
  return events.map(([position, stream, type, data = {}]) => {
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    return { position: String(position), stream, revision, id: `id-${position}`, type, data, at: '2026-01-01T00:00:00.000Z', actor: { kind: 'operator', id: 'somebody' } };
  });
}

const record = (log: readonly Event[], { isGapless = true, answered = [] as readonly object[] } = {}) => () => checkRecord({ log, answered, isGapless });
const STARTED = { runId: 'R', definition: { jobs: [{ id: 'J1', after: [] }] } };
const RUN = logOf([1, 'run-R', 'RunStarted', STARTED], [2, 'run-R', 'RunHeld']);
const JOBS = [{ jobId: 'J1', state: 'ready', attempt: 1, executions: [] }];
const shown = (seen: Partial<Seen>) => () => checkShown(RUN, [{ runId: 'R', life: 0, server: 'server-2', status: seen.revision === 0 ? 'running' : 'held', jobs: JOBS, ...seen }]);

describe('what the campaign\'s checker demands of several servers', () => {
  it('positions without a gap, where the store promises them', () => {
    const log = logOf([1, 'refusals-x', 'CommandRefused'], [3, 'refusals-x', 'CommandRefused']);
    expect(record(log)).toThrow('position 2 of the log holds event 3');
    expect(record(log, { isGapless: false })).not.toThrow();
  });

  it('positions that rise, on every store', () => {
    const log = logOf([30, 'refusals-x', 'CommandRefused'], [20, 'refusals-x', 'CommandRefused']);
    expect(record(log, { isGapless: false })).toThrow('position 20 stands behind 30');
  });

  it('that what was answered stands at its place, whatever the positions', () => {
    const log = logOf([10, 'run-R', 'RunStarted', STARTED]);
    expect(record(log, { isGapless: false, answered: [{ what: 'POST /jobnets/N/runs', position: '10', runId: 'R' }] })).not.toThrow();
    expect(record(log, { isGapless: false, answered: [{ what: 'POST /jobnets/N/runs', position: '11', runId: 'R' }] })).toThrow('which the log does not have; it ends at 10');
  });

  it('that only the newest session of an agent ends, whichever server had the one before', () => {
    const sessions = [[1, 'agent-one', 'AgentEnrolled'], [2, 'agent-one', 'AgentConnected'], [3, 'agent-one', 'AgentConnected']] as const;
    expect(record(logOf(...sessions, [4, 'agent-one', 'AgentContactLost', { session: 2 }]))).not.toThrow();
    expect(record(logOf(...sessions, [4, 'agent-one', 'AgentContactLost', { session: 1 }]))).toThrow('session 1 of agent-one is said to have ended, and session 2 is the one that counts');
  });

  it('that a server which was told of an answer shows no less', () => {
    expect(shown({ revision: 0 })).not.toThrow();
    expect(shown({ revision: 0, mustShow: '1' })).not.toThrow();
    expect(shown({ revision: 1, mustShow: '2' })).not.toThrow();
    expect(shown({ revision: 0, mustShow: '2' })).toThrow('server-2 showed revision 0 after position 2, up to which the log has revision 1');
    expect(shown({ isMissing: true, mustShow: '1' })).toThrow('server-2 showed no such run after position 1');
  });

  it('that what it shows is what the log says up to there', () => {
    expect(shown({ revision: 1, jobs: [{ jobId: 'J1', state: 'succeeded', attempt: 1, executions: [] }] })).toThrow('at revision 1 the API showed');
    expect(shown({ revision: 1 })).not.toThrow();
    expect(shown({ revision: 1, status: 'running' })).toThrow('at revision 1 the API showed {"status":"running"');
  });
});

describe('what the campaign\'s checker demands of a word that an agent is lost', () => {
  const session = (position: number) => [position, 'agent-one', 'AgentConnected', { server: 'server-1' }] as const;
  const over = (position: number) => [position, 'agent-one', 'AgentContactLost', { session: 1 }] as const;
  const lost = (position: number) => [position, 'agent-one', 'AgentDeclaredLost'] as const;
  const away = [[1, 'agent-one', 'AgentEnrolled'], session(2), over(3)] as const;

  it('that none of its sessions stands, with whichever server', () => {
    expect(record(logOf(...away, lost(4)))).not.toThrow();
    expect(record(logOf([1, 'agent-one', 'AgentEnrolled'], lost(2)))).not.toThrow();
    expect(record(logOf([1, 'agent-one', 'AgentEnrolled'], session(2), lost(3)))).toThrow('position 3: agent one is declared lost while session 1 of it stands');
    expect(record(logOf(...away, session(4), lost(5)))).toThrow('position 5: agent one is declared lost while session 3 of it stands');
  });

  it.each(['ServerStarted', 'ServerStopped', 'ServerContactLost'])('or that its server has none any more, by %s', (type) => {
    const standing = [[1, 'agent-one', 'AgentEnrolled'], session(2)] as const;
    expect(record(logOf(...standing, [3, 'server-x', type, { server: 'server-1' }], lost(4)))).not.toThrow();
    expect(record(logOf(...standing, [3, 'server-x', type, { server: 'server-2' }], lost(4)))).toThrow('agent one is declared lost while session 1 of it stands');
  });

  it('that a person says so, once until it is back', () => {
    const byServer = logOf(...away, lost(4)).map((event) => (event.type === 'AgentDeclaredLost' ? { ...event, actor: { kind: 'server', id: 'server-1' } } : event));
    expect(record(byServer)).toThrow('agent one is declared lost by server server-1, and that is no person');
    expect(record(logOf(...away, lost(4), lost(5)))).toThrow('position 5: agent one is declared lost twice');
    expect(record(logOf(...away, lost(4), session(5), [6, 'agent-one', 'AgentContactLost', { session: 4 }], lost(7)))).not.toThrow();
  });

  const started = (position: number) => [position, 'run-R', 'RunStarted', STARTED] as const;
  const dispatched = (position: number) => [position, 'run-R', 'JobDispatched', { jobId: 'J1', executionId: 'R~J1~1', ordinal: 1, attempt: 1, agent: 'one' }] as const;
  const abandoned = (position: number, more: object = { agentDeclaredLost: true }) => [position, 'run-R', 'ExecutionAbandoned', { jobId: 'J1', executionId: 'R~J1~1', ...more }] as const;

  it('that only what was dispatched until it is back is given up for it, also when it is', () => {
    expect(record(logOf(...away, started(4), dispatched(5), lost(6), abandoned(7)))).not.toThrow();
    expect(record(logOf(...away, started(4), lost(5), dispatched(6), abandoned(7)))).not.toThrow();
    expect(record(logOf(...away, started(4), dispatched(5), lost(6), session(7), abandoned(8)))).not.toThrow();
    const since = 'R~J1~1 is given up for an agent that was declared lost, and nobody has said so since it was dispatched';
    expect(record(logOf(...away, started(4), dispatched(5), abandoned(6)))).toThrow(since);
    expect(record(logOf(...away, started(4), lost(5), session(6), dispatched(7), abandoned(8)))).toThrow(since);
    expect(record(logOf(...away, started(4), dispatched(5), abandoned(6, {})))).not.toThrow();
  });

  it('and excuses nothing: what ended all the same has its result, as a late one', () => {
    const begun = { executionId: 'R~J1~1', runId: 'R', jobId: 'J1', begun: [{ pid: '7' }], ended: [{ pid: '7', code: 0 }] };
    const given = [...away, started(4), dispatched(5), lost(6), abandoned(7), session(8)] as const;
    const settled = (position: number) => [[position, 'run-R', 'JobSkipped', { jobId: 'J1' }], [position + 1, 'run-R', 'RunFinished', { status: 'succeeded' }]] as const;
    const late = [9, 'run-R', 'LateResultRecorded', { jobId: 'J1', executionId: 'R~J1~1', exitCode: 0, outcome: 'succeeded' }] as const;
    const judged = (log: readonly Event[]) => () => check({ marks: new Map([['R~J1~1', begun]]), former: [], log, answered: [], seen: [], excuses: [], isGapless: true });
    expect(judged(logOf(...given, late, ...settled(10)))).not.toThrow();
    expect(judged(logOf(...given, ...settled(9)))).toThrow('R~J1~1 ended with 0, and the log has no result of it');
    const gone = [9, 'run-R', 'JobLost', { jobId: 'J1', executionId: 'R~J1~1', reason: 'no process of it is left' }] as const;
    expect(judged(logOf(...given, gone, [10, 'run-R', 'LateResultRecorded', late[3]], ...settled(11)))).toThrow('JobLost of R~J1~1 (no process of it is left), and nothing was done that makes it so');
  });
});

describe('what the campaign\'s checker excuses after an agent has lost its journal', () => {
  const session = (position: number, pid: number) => [position, 'agent-one', 'AgentConnected', { server: 'server-1', pid }] as const;
  const log = logOf(
    [1, 'agent-one', 'AgentEnrolled'], [2, 'run-R', 'RunStarted', STARTED], session(3, 7),
    [4, 'run-R', 'JobDispatched', { jobId: 'J1', executionId: 'R~J1~1', ordinal: 1, attempt: 1, agent: 'one' }], session(5, 8),
    [6, 'run-R', 'JobNotKnownToAgent', { jobId: 'J1', executionId: 'R~J1~1', reason: 'the agent\'s journal is new' }], [7, 'run-R', 'JobSkipped', { jobId: 'J1' }],
    [8, 'run-R', 'RunFinished', { status: 'succeeded' }],
  );
  const lostAt = (position: string, processIds: readonly number[]) => () =>
    check({ marks: new Map(), former: [], log, answered: [], seen: [], excuses: [{ agent: 'one', why: 'journal', upTo: { life: 0, position }, processIds }], isGapless: true });

  it('is what was dispatched until its next process says hello, and no longer', () => {
    expect(lostAt('3', [7])).not.toThrow();
    expect(lostAt('2', [])).toThrow('JobNotKnownToAgent of R~J1~1');
  });

  it('and not until a server hears the hello that its former process had sent', () => {
    expect(lostAt('2', [7])).not.toThrow();
  });
});
