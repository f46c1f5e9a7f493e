import type { EventView, RunView } from '#protocol/api';
import { FakeServer, problem, stream } from '../testing/fake-server.js';
import { kiroku, startKiroku } from '../testing/run-kiroku.js';
import { event, execution, failedA1, job, run, runningA1, succeededA1, T0, T1, waitingA2 } from '../testing/views.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const watch = (...flags: string[]) => kiroku(['run', 'watch', 'R1', ...flags], { url: server.url });
const asked = (path: string) => server.seen.filter((each) => each.path === path);

const agent = { kind: 'agent', id: 'local' } as const;
const log: readonly EventView[] = [
  event(11, { type: 'RunStarted', revision: 0, data: { version: 1 }, reason: 'the night', ticket: 'T-1' }),
  event(12, { type: 'JobDispatched', revision: 1, actor: { kind: 'server', id: '12345678-9' }, data: { jobId: 'A1', executionId: 'R1~A1~1', agent: 'local' } }),
  event(15, { type: 'JobFinished', revision: 2, actor: agent, data: { jobId: 'A1', executionId: 'R1~A1~1', outcome: 'succeeded', exitCode: 0 } }),
  event(16, { type: 'RunFinished', revision: 3, data: { status: 'succeeded' } }),
];

const after = (revision: number, more: Partial<RunView> = {}) => ({ body: run({ revision, jobs: [runningA1, waitingA2], ...more }) });
const succeeded = after(3, { status: 'succeeded', finishedAt: T1, jobs: [succeededA1, job('A2', { state: 'skipped' })] });

describe('run watch', () => {
  it('prints when what happened to which job, who said so, and why; and ends with 0 when the run succeeded', async () => {
    server.on('GET /runs/R1', after(0), after(1), succeeded).on('GET /stream', stream(0, log, true));
    const { code, stdout } = await watch();
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(1)).toEqual([
      '  2026-11-20 12:00:00      run started: version 1  by hanako  (the night [T-1])',
      '  2026-11-20 12:00:00  A1  dispatched: agent local  by server 12345678',
      '  2026-11-20 12:00:00  A1  finished: succeeded, exit 0  by local',
      '  2026-11-20 12:00:00      run finished: succeeded  by hanako',
      'run R1 succeeded after 5.0 s', '',
    ]);
    expect(asked('/api/v1/stream')[0]!.query).toEqual({ run: 'R1', after: '0' });
  });

  it('prints all of a run that has ended already', async () => {
    server.on('GET /runs/R1', succeeded).on('GET /stream', stream(0, log, true));
    expect((await watch('--json')).stdout.trim().split('\n').map((line) => JSON.parse(line) as EventView)).toEqual(log);
  });

  it.each([
    ['ended otherwise', { status: 'failed', finishedAt: T1, jobs: [failedA1] }],
    ['is failing and only an operator can move it', { status: 'failing', jobs: [failedA1, waitingA2] }],
    ['has nothing left but a job that its agent declined', { jobs: [job('A1', { state: 'held', executions: [execution({ state: 'declined' })] }), waitingA2] }],
    ['has nothing left but an execution that its agent does not know', { jobs: [{ ...runningA1, evidence: { kind: 'unknown-to-agent', since: T0 } }, waitingA2] }],
  ] satisfies [string, Partial<RunView>][])('ends with 4 when the run %s', async (_, view) => {
    server.on('GET /runs/R1', after(3, view)).on('GET /stream', stream(0, log, true));
    expect(await watch()).toMatchObject({ code: 4 });
  });

  it('goes on while something of a failing run still runs', async () => {
    const stillRuns = after(2, { status: 'failing', jobs: [failedA1, job('B1', { ...runningA1, jobId: 'B1' })] });
    server.on('GET /runs/R1', stillRuns, stillRuns, after(3, { status: 'failing', jobs: [failedA1] })).on('GET /stream', stream(0, log, true));
    const { code, stdout } = await watch();
    expect(code).toBe(4);
    expect(stdout).toContain('run finished');
  });

  it('resumes after the last event, or after the last position that had nothing, and says nothing of a connection that is back at once', async () => {
    server.on('GET /runs/R1', after(0), after(1), succeeded).on('GET /stream', stream(0, log.slice(0, 2)), stream(14, []), 'break', stream(14, log.slice(2), true));
    const { code, stdout, stderr } = await watch('--json');
    expect({ code, events: stdout.trim().split('\n').map((line) => (JSON.parse(line) as EventView).position) }).toEqual({ code: 0, events: ['11', '12', '15', '16'] });
    expect(asked('/api/v1/stream').map(({ query }) => query['after'])).toEqual(['0', '12', '14', '14']);
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/broke off; away since .*, trying again/), expect.stringContaining('answers again')]);
  });

  it('says nothing when the server lets go and answers the next request', async () => {
    server.on('GET /runs/R1', after(0), succeeded).on('GET /stream', stream(0, log.slice(0, 1)), stream(11, log.slice(1), true));
    expect(await watch()).toMatchObject({ code: 0, stderr: '' });
  });

  it('says once that the server is away, whatever it says meanwhile, and goes on', async () => {
    server.on('GET /runs/R1', after(0), succeeded).on('GET /stream', stream(0, log.slice(0, 1)), problem(503, 'unavailable', 'the store is away'), 'break', stream(11, log.slice(1), true));
    const { code, stderr } = await watch();
    expect(code).toBe(0);
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/the store is away.*away since 2026|the store is away.*away since \d/), expect.stringContaining('answers again')]);
  });

  it('survives a server that is gone and comes back', async () => {
    server.on('GET /runs/R1', after(0)).on('GET /stream', stream(0, log.slice(0, 1), true));
    const watching = startKiroku(['run', 'watch', 'R1'], { url: server.url });
    await watching.said('run started');
    const port = Number(new URL(server.url).port);
    await server.stop();
    // Which trouble it meets first, a reset or a refusal, is the network's to say; it is told once.
    await watching.said('away since', 'stderr');
    server = await FakeServer.start(port);
    server.on('GET /runs/R1', succeeded).on('GET /stream', stream(11, log.slice(1), true));
    await expect(watching.ended).resolves.toMatchObject({ code: 0, stdout: expect.stringContaining('run R1 succeeded') });
  });

  it('is unreachable when nobody has ever answered', async () => {
    const { url } = server;
    await server.stop();
    await expect(kiroku(['run', 'watch', 'R1'], { url })).resolves.toMatchObject({ code: 3 });
    server = await FakeServer.start();
  });

  it('ends with 130 on Ctrl-C, and says that the run goes on', async () => {
    server.on('GET /runs/R1', after(0)).on('GET /stream', stream(0, log.slice(0, 1), true));
    const watching = startKiroku(['run', 'watch', 'R1'], { url: server.url });
    await watching.said('run started');
    watching.child.kill('SIGINT');
    await expect(watching.ended).resolves.toMatchObject({ code: 130, stderr: 'kiroku: no longer watching; the run goes on\n' });
  });

  it('is refused for a run that is not there', async () => {
    await expect(watch()).resolves.toMatchObject({ code: 1 });
  });

  it('is refused by a server that streams what are no events', async () => {
    server.on('GET /runs/R1', after(0)).on('GET /stream', { type: 'text/event-stream', body: 'data: {"x":1}\n\n', goesOn: true });
    await expect(watch()).resolves.toMatchObject({ code: 1, stderr: 'kiroku: the server streams what are no events\n' });
  });
});

describe('audit --follow', () => {
  const follow = (...flags: string[]) => startKiroku(['audit', '--follow', ...flags], { url: server.url });

  it('prints what comes, and begins where it is told to', async () => {
    server.on('GET /stream', stream(10, log.slice(0, 2), true));
    const following = follow('--cursor', '10', '--type', 'RunStarted,JobDispatched');
    await following.said('JobDispatched');
    following.child.kill('SIGINT');
    const { code, stdout } = await following.ended;
    expect({ code, lines: stdout.trim().split('\n') }).toEqual({ code: 130, lines: [
      '11  2026-11-20 12:00:00  run-R1  RunStarted  version 1  hanako  the night [T-1]',
      '12  2026-11-20 12:00:00  run-R1  JobDispatched  A1~1, agent local  server 12345678',
    ] });
    expect(asked('/api/v1/stream')[0]!.query).toEqual({ type: 'RunStarted,JobDispatched', after: '10' });
  });

  it('begins with what comes from now on, and resumes there although nothing came', async () => {
    server.on('GET /stream', stream(10, []), stream(10, log, true));
    const following = follow('--ndjson');
    await following.said('RunFinished');
    following.child.kill('SIGINT');
    expect((await following.ended).stdout.trim().split('\n').map((line) => JSON.parse(line) as EventView)).toEqual(log);
    expect(asked('/api/v1/stream').map(({ query }) => query)).toEqual([{}, { after: '10' }]);
  });

  it.each([['--until', '20:00'], ['--limit', '3'], ['--all']])('does not go with %s', async (...flags) => {
    await expect(follow(...flags).ended).resolves.toMatchObject({ code: 2 });
  });

  it('is unreachable when nobody has ever answered', async () => {
    const { url } = server;
    await server.stop();
    await expect(kiroku(['audit', '--follow'], { url })).resolves.toMatchObject({ code: 3 });
    server = await FakeServer.start();
  });
});
