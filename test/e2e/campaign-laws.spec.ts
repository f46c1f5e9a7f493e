interface Event {
  readonly position: string;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: object;
}

interface Seen {
  readonly runId: string;
  readonly life: number;
  readonly server: string;
  readonly mustShow?: string;
  readonly isMissing?: boolean;
  readonly revision?: number;
  readonly jobs?: readonly object[];
}

const { checkRecord, checkShown } = (await import(new URL('../../campaign/check/laws.mjs', import.meta.url).href)) as {
  checkRecord: (record: { log: readonly Event[]; answered: readonly object[]; isGapless: boolean }) => void;
  checkShown: (log: readonly Event[], seen: readonly Seen[]) => void;
};

/** One event at each of these positions. */
function logOf(...events: readonly (readonly [position: number, stream: string, type: string, data?: object])[]): Event[] {
  const revisions = new Map<string, number>();
  return events.map(([position, stream, type, data = {}]) => {
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    return { position: String(position), stream, revision, id: `id-${position}`, type, data, at: '2026-01-01T00:00:00.000Z' };
  });
}

const record = (log: readonly Event[], { isGapless = true, answered = [] as readonly object[] } = {}) => () => checkRecord({ log, answered, isGapless });
const STARTED = { runId: 'R', definition: { jobs: [{ id: 'J1', after: [] }] } };
const RUN = logOf([1, 'run-R', 'RunStarted', STARTED], [2, 'run-R', 'RunHeld']);
const JOBS = [{ jobId: 'J1', state: 'ready', attempt: 1, executions: [] }];
const shown = (seen: Partial<Seen>) => () => checkShown(RUN, [{ runId: 'R', life: 0, server: 'server-2', jobs: JOBS, ...seen }]);

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
  });
});
