import type { AgentDetailsView } from '#protocol/api';
import { FakeServer, problem } from '../testing/fake-server.js';
import { cli, inProcess } from '../testing/in-process.js';
import { agentLocal, at, runningRow, T0, T1 } from '../testing/views.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const run = (...args: string[]) => cli(['agent', ...args], inProcess({ env: { KIROKU_URL: server.url } }));
const order = { since: T0, by: { kind: 'operator' as const, id: 'hanako' }, reason: 'the host burned down' };
const details: AgentDetailsView = {
  ...agentLocal, state: 'away', unreachable: true, declaredLost: order, unmatchedReports: 1, lastContactAt: T1,
  newestSession: { session: 7, server: 's', connectedAt: T0, host: 'h1', pid: 4711, bootId: 'b', version: '0.1.0', journalId: 'j-1', journalSequence: 12 },
  open: [{ ...runningRow, evidence: { kind: 'unreachable', since: T0 } }],
  unmatched: [{ at: at('2026-11-20T12:00:09.000Z'), executionId: 'gone~G~1', sequence: 3, state: 'finished', why: 'there is no such run' }],
  refusedConnections: [{ at: T1, host: 'h2', pid: 12, reason: 'session 7 from h1 is connected' }],
};

describe('agent show', () => {
  it('has the contact, the session, the orders, and everything that has to be looked into', async () => {
    server.on('GET /agents/local', { body: details });
    const { stdout } = await run('show', 'local');
    expect(stdout).toMatch(/^agent local: unreachable since 12:00:00 \(.*\), last heard of 12:00:05\n/);
    expect(stdout).toContain('declared lost since 12:00:00 by hanako: the host burned down');
    expect(stdout).toContain('session 7 of 12:00:00: host h1, pid 4711, version 0.1.0, 8 slots, journal j-1 at 12');
    expect(stdout).toMatch(/R1 +A +A1 +running .*agent unreachable since 12:00:00 \(.*\) +R1~A1~1\n/);
    expect(stdout).toMatch(/1 report that fit no run[^]*12:00:09 +gone~G~1 +finished +there is no such run\n/);
    expect(stdout).toMatch(/refused connections[^]*h2 +12 +session 7 from h1 is connected\n$/);
  });

  it('says nothing of what there is nothing of', async () => {
    const { newestSession: _none, declaredLost: _order, unreachable: _word, lastContactAt: _contact, ...rest } = details;
    server.on('GET /agents/local', { body: { ...rest, state: 'away', open: [], unmatched: [], refusedConnections: [] } });
    expect((await run('show', 'local')).stdout.split('\n')).toEqual([expect.stringMatching(/^agent local: away since 12:00:00 \(.*\)$/), 'it has had no session yet', '']);
  });

  it('says how many there are when it shows the newest only', async () => {
    server.on('GET /agents/local', { body: { ...details, unmatchedReports: 250 } });
    expect((await run('show', 'local')).stdout).toContain('the newest 1 of 250 reports that fit no run (in full: kiroku audit --type ReportUnmatched)');
  });

  it('prints what the API answered with --json, and says in one line that there is no such agent', async () => {
    server.on('GET /agents/local', { body: details });
    expect(JSON.parse((await run('show', 'local', '--json')).stdout)).toEqual(details);
    server.on('GET /agents/other', problem(404, 'agent-not-found', 'there is no agent other'));
    await expect(run('show', 'other')).resolves.toMatchObject({ code: 1, stderr: 'kiroku: there is no agent other (agent-not-found)\n' });
  });
});

describe('an agent that knows more than the log', () => {
  const refused = { ...details, refused: { code: 'log-behind-agent' as const, at: T1 } };

  it('is shown as such, with what there is to say about it', async () => {
    server.on('GET /agents/local', { body: refused });
    const { stdout } = await run('show', 'local');
    expect(stdout).toMatch(/^agent local: log-behind-agent since 12:00:00/);
    expect(stdout).toContain('it was told of more than this log holds, and gets no session: if the log was restored, say so (kiroku log restored); last tried 12:00:05');
  });

  it('is listed as such', async () => {
    server.on('GET /agents', { body: { items: [{ ...agentLocal, state: 'away', unreachable: true, refused: refused.refused }] } });
    expect((await run('list')).stdout.split('\n')[1]).toMatch(/^local +log-behind-agent +/);
  });
});

describe('agent list', () => {
  it('tells who is away from who is unreachable and who was declared lost', async () => {
    server.on('GET /agents', { body: { items: [{ ...agentLocal, name: 'one', state: 'away' }, { ...agentLocal, name: 'two', state: 'away', unreachable: true, declaredLost: order }] } });
    const [, one, two] = (await run('list')).stdout.split('\n');
    expect(one).toMatch(/^one +away +/);
    expect(two).toMatch(/^two +unreachable .* by hanako: the host burned down/);
  });
});
