import { FakeServer } from '../testing/fake-server.js';
import { kiroku } from '../testing/run-kiroku.js';
import { agentLocal, at, event, runningRow, T0, T1 } from '../testing/views.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const cli = (...args: string[]) => kiroku(args, { url: server.url });

describe('running', () => {
  it('shows what nobody has heard of since when', async () => {
    server.on('GET /running', { body: { items: [runningRow, { ...runningRow, jobId: 'A2', jobState: 'skipped', evidence: { kind: 'confirmed', since: T1, lastHeardAt: T0 }, lastContactAt: at('2026-11-20T12:00:09.000Z') }] } });
    const { stdout } = await cli('running');
    expect(stdout).toMatch(/A1 +running +local .*silent since 2026-11-20 12:00:00 \(/);
    expect(stdout).toMatch(/A2 +running \(job skipped\) +local .*confirmed 2026-11-20 12:00:05 +2026-11-20 12:00:09 +R1~A1~1\n/);
  });

  it('says so when nothing runs, and keeps the list with --json', async () => {
    server.on('GET /running', { body: { items: [] } });
    await expect(cli('running')).resolves.toMatchObject({ code: 0, stdout: 'nothing is running\n' });
    await expect(cli('running', '--json')).resolves.toMatchObject({ code: 0, stdout: '{"items":[]}\n' });
  });
});

describe('agent list', () => {
  it('shows agents and the reports that fit nothing', async () => {
    server.on('GET /agents', { body: { items: [agentLocal] } });
    expect((await cli('agent', 'list')).stdout).toMatch(/local +connected +2026-11-20 12:00:00 \(.*\) +8 +1 +h1 +2 reports\n/);
    expect(JSON.parse((await cli('agent', 'list', '--json')).stdout)).toEqual({ items: [agentLocal] });
  });
});

describe('audit', () => {
  it('shows who did what and why', async () => {
    server.on('GET /events', { body: { items: [event(12, { reason: 'checked by hand', ticket: 'T-1' }), event(13, { type: 'JobFinished', data: { jobId: 'A1', executionId: 'R1~A1~1', outcome: 'failed', exitCode: 3 } })] } });
    const { stdout } = await cli('audit');
    expect(stdout).toMatch(/12 +2026-11-20 12:00:00 +run-R1 +JobSkipped +A1 +hanako +checked by hand \[T-1\]\n/);
    expect(stdout).toMatch(/JobFinished +A1~1, failed, exit 3 +hanako\n/);
  });

  it('passes every filter on', async () => {
    server.on('GET /events', { body: { items: [] } });
    await cli('audit', '--actor', 'a', '--type', 'JobSkipped,JobLost', '--stream', 's', '--jobnet', 'A', '--job', 'A1', '--since', '2026-11-20T12:00:00Z', '--until', '2026-11-21T12:00:00Z', '--limit', '5');
    expect(server.seen[0]!.query).toEqual({
      actor: 'a', type: 'JobSkipped,JobLost', stream: 's', jobnet: 'A', job: 'A1', since: '2026-11-20T12:00:00.000Z', until: '2026-11-21T12:00:00.000Z', limit: '5',
    });
  });

  it('exports every event as a line of its own', async () => {
    const lines = (from: number, count: number) => Array.from({ length: count }, (_, index) => `${JSON.stringify(event(from + index))}\n`).join('');
    server.on('GET /events', ({ query }) => ({ type: 'application/x-ndjson', body: query['after'] === undefined ? lines(1, 2) : query['after'] === '2' ? lines(3, 1) : 'never' }));
    const { code, stdout } = await cli('audit', '--ndjson', '--all', '--limit', '2');
    expect(code).toBe(0);
    expect(stdout).toBe(lines(1, 3));
    expect(server.seen.map(({ headers, query }) => [headers.accept, query['after']])).toEqual([['application/x-ndjson', undefined], ['application/x-ndjson', '2']]);
  });

  it('says after one page of an export that there may be more', async () => {
    server.on('GET /events', { type: 'application/x-ndjson', body: `${JSON.stringify(event(7))}\n` });
    await expect(cli('audit', '--ndjson', '--limit', '1')).resolves.toMatchObject({ code: 0, stderr: 'kiroku: there may be more: add --all, or go on after position 7\n' });
  });

  it.each([
    ['breaks off in a line', { type: 'application/x-ndjson', body: '{"position":"1"}\n{"posi' }, 'the export broke off after 1 complete events'],
    ['is none', { body: { items: [] } }, 'does not answer as application/x-ndjson'],
  ])('fails when an export %s', async (_, reply, message) => {
    server.on('GET /events', reply);
    await expect(cli('audit', '--ndjson')).resolves.toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
  });

  it.each([['--since', 'soon'], ['--until', '2026-02-30'], ['--limit', '1001']])('refuses %s %s as wrong usage', async (...flags) => {
    await expect(cli('audit', ...flags)).resolves.toMatchObject({ code: 2, stdout: '' });
  });
});
