import type { JobDecision } from '#protocol/api';
import { FakeServer, stream } from '../testing/fake-server.js';
import { kiroku } from '../testing/run-kiroku.js';
import { event, execution, job, run, runningA1, succeededA1, T0, T1, waitingA2 } from '../testing/views.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const cli = (...args: string[]) => kiroku(args, { url: server.url });

const running = run({ jobs: [runningA1, waitingA2] });
const succeeded = run({ status: 'succeeded', finishedAt: T1, jobs: [succeededA1, job('A2', { state: 'skipped' })] });
const log = [event(11, { type: 'RunStarted', data: { version: 1 } }), event(12, { revision: 3 })];

describe('run start', () => {
  it('starts a run with parameters and a reason', async () => {
    server.on('POST /jobnets/A/runs', { status: 201, body: { position: '9', runId: 'R1' } });
    await expect(cli('run', 'start', 'A', '-p', 'DAY=mon', '--param', 'X=a=b', '--reason', 'test', '--ticket', 'T-1')).resolves.toMatchObject({ code: 0, stdout: 'run R1 started\n' });
    expect(JSON.parse(server.seen[0]!.body)).toEqual({ parameters: { DAY: 'mon', X: 'a=b' }, reason: 'test', ticket: 'T-1' });
  });

  it('needs neither', async () => {
    server.on('POST /jobnets/A/runs', { status: 201, body: { position: '9', runId: 'R1' } });
    await expect(cli('run', 'start', 'A', '--json')).resolves.toMatchObject({ code: 0, stdout: '{"position":"9","runId":"R1"}\n' });
    expect(server.seen[0]!.body).toBe('{}');
  });

  it('waits for the end with --wait', async () => {
    server.on('POST /jobnets/A/runs', { status: 201, body: { position: '9', runId: 'R1' } }).on('GET /runs/R1', { body: running }, { body: succeeded }).on('GET /stream', stream(0, log, true));
    const { code, stdout } = await cli('run', 'start', 'A', '--wait');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^run R1 started; Ctrl-C ends the watching, not the run\nrun R1 of jobnet A version 1: running [^]*\nrun R1 succeeded after 5.0 s\n$/);
  });

  it.each([['-p', 'novalue'], ['-p', '1A=x'], ['--reason', ' ']])('refuses %s "%s" as wrong usage', async (...flags) => {
    await expect(cli('run', 'start', 'A', ...flags)).resolves.toMatchObject({ code: 2, stdout: '' });
    expect(server.seen).toEqual([]);
  });
});

describe('run list', () => {
  it('filters, pages, and says when there is more', async () => {
    server.on('GET /runs', { body: { items: [running, succeeded], next: 'c2' } });
    const { stdout, stderr } = await cli('run', 'list', '--jobnet', 'A', '--status', 'running,succeeded', '--limit', '2');
    expect(server.seen[0]!.query).toEqual({ jobnet: 'A', status: 'running,succeeded', limit: '2' });
    expect(stdout.split('\n')[2]).toBe('R1   A       1        succeeded  2 of 2 done  2026-11-20 12:00:00  5.0 s');
    expect(stderr).toBe('kiroku: there is more: add --all, or --cursor c2\n');
  });

  it('joins every page with --all', async () => {
    server.on('GET /runs', { body: { items: [running], next: 'c2' } }, { body: { items: [succeeded] } });
    expect(JSON.parse((await cli('run', 'list', '--all', '--json')).stdout)).toEqual({ items: [running, succeeded] });
  });
});

describe('run show', () => {
  it('has each job with its state, its evidence in words and what it waits for', async () => {
    const silent = job('A1', { ...runningA1, evidence: { kind: 'silent', since: T0 }, pending: ['stop'] });
    server.on('GET /runs/R1', { body: run({ jobs: [silent, waitingA2] }) });
    const { stdout } = await cli('run', 'show', 'R1');
    expect(stdout).toMatch(/^run R1 of jobnet A version 1: running \(started 2026-11-20 12:00:00, for /);
    expect(stdout).toMatch(/A1 +running +local +2026-11-20 12:00:00 .*silent since 2026-11-20 12:00:00 \(.+\); pending: stop\n/);
    expect(stdout).toMatch(/A2 +waiting +local .*waits for A1\n/);
  });

  it('has how long a job took as its agent measured it, also when its clock jumped meanwhile', async () => {
    const measured = execution({ state: 'succeeded', durationMs: 42_000, startedAt: T1, finishedAt: T0 });
    server.on('GET /runs/R1', { body: run({ jobs: [{ ...succeededA1, startedAt: T1, finishedAt: T0, executions: [measured] }] }) });
    expect((await cli('run', 'show', 'R1')).stdout).toMatch(/A1 +succeeded +local +exit 0 .* 42 s\s*\n/);
  });

  it('says of a history that cannot be that the run is closed, and why', async () => {
    server.on('GET /runs/R1', { body: run({ corrupt: 'revision 4: no such execution' }) });
    expect((await cli('run', 'show', 'R1')).stdout).toContain('its history cannot be (revision 4: no such execution): it is shown as it was before, and closed to commands\n');
  });

  it('says who decided about a job last, when and why', async () => {
    const by = (decision: JobDecision['decision'], more: Partial<JobDecision> = {}) => ({ lastDecision: { decision, at: T0, actor: { kind: 'operator' as const, id: 'hanako' }, ...more } });
    const jobs = [
      job('A1', { state: 'skipped', ...by('skip', { reason: 'done by hand', ticket: 'T-1' }) }),
      job('A2', { state: 'running', pending: ['stop'], ...by('stop', { reason: 'wrong day' }) }),
      job('A3', { state: 'failed', ...by('fail', { actor: { kind: 'agent', id: 'local' }, policy: 'onLost' }) }),
      job('A4', by('postpone' as 'hold')),
    ];
    server.on('GET /runs/R1', { body: run({ jobs }) });
    const { stdout } = await cli('run', 'show', 'R1');
    expect(stdout).toMatch(/A1 +skipped .*[^;] skipped 2026-11-20 12:00:00 by hanako: done by hand \[T-1\]\n/);
    expect(stdout).toMatch(/A2 +running .*pending: stop; asked to stop 2026-11-20 12:00:00 by hanako: wrong day\n/);
    expect(stdout).toMatch(/A3 +failed .*counted as failed 2026-11-20 12:00:00 by the job's onLost\n/);
    expect(stdout).toMatch(/A4 +waiting .*postpone 2026-11-20 12:00:00 by hanako\n/);
  });

  it('has what the clock will bring, what it has brought, and how long a job may take', async () => {
    const slow = execution({ state: 'running', overranAt: T1 });
    const stopped = execution({ state: 'stopped', timedOut: true });
    const jobs = [
      job('A1', { state: 'retrying', attempt: 1, waitsFor: ['its next attempt, at 2026-11-20T12:30:00.000Z'] }),
      job('A2', { ...runningA1, jobId: 'A2', timeout: { seconds: 60, then: 'stop' } }),
      job('A3', { ...runningA1, jobId: 'A3', timeout: { seconds: 5, then: 'warn' }, executionId: slow.executionId, executions: [slow] }),
      job('A4', { state: 'stopped', timeout: { seconds: 5, then: 'stop' }, executionId: stopped.executionId, executions: [stopped] }),
      job('A5', { state: 'ready', lastDecision: { decision: 'rerun', at: T0, actor: { kind: 'server', id: 's' }, policy: 'retry' } }),
      job('A6', { state: 'stopped', lastDecision: { decision: 'stop', at: T0, actor: { kind: 'server', id: 's' }, policy: 'timeout' } }),
    ];
    server.on('GET /runs/R1', { body: run({ jobs, warnings: [{ kind: 'overran', due: T1, at: T1 }, { kind: 'start-overdue', due: T0, at: T1 }], nextDue: { kind: 'retry', at: T1 } }) });
    const { stdout } = await cli('run', 'show', 'R1');
    expect(stdout).toContain('\nwas to be finished by 2026-11-20 12:00:05 (deadline)\nwas to have started by 2026-11-20 12:00:00 (deadline)\nnext: retry at 2026-11-20 12:00:05\n');
    expect(stdout).toMatch(/A1 +retrying .*waits for its next attempt, at 2026-11-20T12:30:00.000Z/);
    expect(stdout).toMatch(/A2 +running .*time-out after 60 s \(stop\)/);
    expect(stdout).toMatch(/A3 +running .*longer than its time-out since 2026-11-20 12:00:05/);
    expect(stdout).toMatch(/A4 +stopped .*stopped by its time-out of 5 s/);
    expect(stdout).toMatch(/A5 +ready .*re-run asked for 2026-11-20 12:00:00 by the job's retry/);
    expect(stdout).toMatch(/A6 +stopped .*asked to stop 2026-11-20 12:00:00 by the jobnet's timeout/);
  });

  it('has the open execution and the late result of a decided job', async () => {
    const execution = { executionId: 'R1~A1~1', attempt: 1, agent: 'local', evidence: { kind: 'silent' as const, since: T0 }, dispatchedAt: T0 };
    const skipped = (more: object) => run({ jobs: [job('A1', { state: 'skipped', attempt: 1, executionId: 'R1~A1~1', executions: [{ ...execution, state: 'running', ...more }] })] });
    server.on('GET /runs/R1', { body: skipped({}) }, { body: skipped({ state: 'succeeded', exitCode: 0, finishedAt: T1, late: true }) });
    expect((await cli('run', 'show', 'R1')).stdout).toContain('R1~A1~1 is still open (running, silent since 2026-11-20 12:00:00');
    expect((await cli('run', 'show', 'R1')).stdout).toContain('late result of R1~A1~1: exit 0 at 2026-11-20 12:00:05');
  });

  it('keeps the late result of an earlier attempt apart from the attempt that runs', async () => {
    const execution = (attempt: number, more: object) => ({
      executionId: `R1~A1~${attempt}`, attempt, agent: 'local', state: 'running', evidence: { kind: 'confirmed' as const, lastHeardAt: T0 }, dispatchedAt: T0, ...more,
    });
    const executions = [execution(1, { state: 'failed', exitCode: 3, finishedAt: T1, late: true }), execution(2, {})];
    server.on('GET /runs/R1', { body: run({ jobs: [job('A1', { ...runningA1, attempt: 2, executionId: 'R1~A1~2', executions })] }) });
    expect((await cli('run', 'show', 'R1')).stdout).toMatch(/A1 +running +2 .*late result of R1~A1~1: exit 3 at 2026-11-20 12:00:05\n/);
  });

  it('has the open execution of a job that is to run again beside it', async () => {
    const open = { executionId: 'R1~A1~1', attempt: 1, agent: 'local', state: 'running', evidence: { kind: 'silent' as const, since: T0 }, dispatchedAt: T0 };
    const ready = job('A1', { state: 'ready', attempt: 2, executionId: 'R1~A1~1', waitsFor: ['agent local, which is away'], executions: [open] });
    server.on('GET /runs/R1', { body: run({ jobs: [ready] }) });
    expect((await cli('run', 'show', 'R1')).stdout).toMatch(/A1 +ready +2 .*waits for agent local, which is away; R1~A1~1 is still open \(running, silent since/);
  });

  it('shows words that this version does not know', async () => {
    const odd = { ...run(), status: 'dreaming', jobs: [{ ...job('A1'), state: 'asleep', evidence: { kind: 'foggy' } }] };
    server.on('GET /runs/R1', { body: odd });
    await expect(cli('run', 'show', 'R1')).resolves.toMatchObject({ code: 0, stdout: expect.stringMatching(/dreaming[^]*asleep[^]*foggy/) });
  });

  it('points to --json when an answer lacks what it shows', async () => {
    server.on('GET /runs/R1', { body: { runId: 'R1', jobs: [{}] } });
    await expect(cli('run', 'show', 'R1')).resolves.toMatchObject({ code: 1, stderr: expect.stringMatching(/^kiroku: cannot show the server's answer \(.*\): --json prints it as it is\n$/) });
  });
});
