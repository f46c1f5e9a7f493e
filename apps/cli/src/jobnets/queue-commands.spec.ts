import { FakeServer } from '../testing/fake-server.js';
import { kiroku } from '../testing/run-kiroku.js';
import { jobnetA, T0 } from '../testing/views.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const run = (...words: string[]) => kiroku(['jobnet', ...words], { url: server.url });
const queued = { runId: 'Q1', jobnet: 'A', schedule: 'nightly', key: '2026-11-20T02:30', since: T0, place: 1, behind: ['R1'], replaces: false };

describe('jobnet queue', () => {
  it('shows who waits since when, and behind which run; and how many there are', async () => {
    server.on('GET /jobnets/A/queue', { body: { count: 400, items: [queued] } });
    const { stdout } = await run('queue', 'A', '--schedule', 'nightly', '--limit', '1');
    expect(stdout).toMatch(/^400 runs wait \(the first 1 are shown\):\nPLACE .*\n1 +A +nightly +2026-11-20T02:30 +2026-11-20 12:00:00 \(.*\) +R1 +Q1\n$/);
    expect(server.seen[0]?.query).toEqual({ schedule: 'nightly', limit: '1' });
  });

  it('says that none waits', async () => {
    server.on('GET /jobnets/A/queue', { body: { count: 0, items: [] } });
    expect((await run('queue', 'A')).stdout).toBe('no run of jobnet A waits for its turn\n');
  });

  it('is told of by jobnet show', async () => {
    server.on('GET /jobnets/A', { body: { ...jobnetA, queued: 2 } });
    expect((await run('show', 'A')).stdout).toContain('\n2 runs wait until others of it are over: kiroku jobnet queue A\n');
  });
});

describe('jobnet drop', () => {
  it.each([
    [['--run', 'Q1'], { run: 'Q1' }], [['--schedule', 'nightly'], { schedule: 'nightly' }], [['--all'], { all: true }],
  ])('says which, and why: %j', async (flags, which) => {
    server.on('POST /jobnets/A/queue/drop', { body: { position: '12', dropped: 1, left: 0 } });
    expect(await run('drop', 'A', ...flags, '--reason', 'backfilled by mistake')).toMatchObject({ code: 0, stdout: 'jobnet A: 1 run that waited is dropped (position 12)\n' });
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({ which, reason: 'backfilled by mistake' });
  });

  it('says how many are left, and when there was none', async () => {
    server.on('POST /jobnets/A/queue/drop', { body: { position: '12', dropped: 400, left: 7 } }, { body: { position: '12', dropped: 0, left: 0 } });
    expect((await run('drop', 'A', '--all', '--reason', 'x')).stdout).toBe('jobnet A: 400 runs that waited are dropped (position 12); 7 more wait: say it again\n');
    expect((await run('drop', 'A', '--all', '--reason', 'x')).stdout).toBe('jobnet A: nothing was recorded, none of them waits (position 12)\n');
  });

  it.each([[[]], [['--all', '--run', 'Q1']]])('is wrong usage unless it is said which, once: %j', async (flags) => {
    expect(await run('drop', 'A', ...flags, '--reason', 'x')).toMatchObject({ code: 2, stderr: expect.stringContaining('one of --run RUN, --schedule NAME and --all') as string });
    expect(server.seen).toEqual([]);
  });

  it('takes a reason', async () => {
    expect(await run('drop', 'A', '--all')).toMatchObject({ code: 2, stderr: expect.stringContaining('a reason is required') as string });
  });
});
