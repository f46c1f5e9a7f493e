import type { JobDecision } from '#protocol/api';
import { FakeServer, problem } from '../testing/fake-server.js';
import { cli, inProcess } from '../testing/in-process.js';
import { job as viewOfJob, run, T0 } from '../testing/views.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const world = (more: Parameters<typeof inProcess>[0] = {}) => inProcess({ ...more, env: { KIROKU_URL: server.url } });
const job = (verb: string, ...flags: string[]) => cli(['job', verb, 'R1', 'A1', ...flags], world());
const sent = () => JSON.parse(server.seen[0]?.body ?? 'null') as unknown;

interface Case {
  verb: string;
  flags: string[];
  body: object;
  said: string;
}

const cases: Case[] = [
  { verb: 'skip', flags: [], body: {}, said: 'is skipped' },
  { verb: 'stop', flags: [], body: {}, said: 'is asked to stop; pending until its agent has answered' },
  { verb: 'hold', flags: [], body: {}, said: 'is held' },
  { verb: 'release', flags: [], body: {}, said: 'is released' },
  { verb: 'rerun', flags: ['--concurrent'], body: { concurrent: true }, said: 'is to run again' },
  { verb: 'settle', flags: ['--outcome', 'succeeded', '--exit-code', '3'], body: { outcome: 'succeeded', exitCode: 3 }, said: 'is settled as succeeded' },
  { verb: 'adopt', flags: ['--execution', 'R1~A1~1'], body: { executionId: 'R1~A1~1' }, said: 'has its late result' },
];

describe.each(cases)('job $verb', ({ verb, flags, body, said }) => {
  const needed = verb === 'settle' ? flags : [];
  const neededBody = verb === 'settle' ? body : {};

  it('sends reason, ticket, expectation and what is its own, under the key that was given', async () => {
    server.on(`POST /runs/R1/jobs/A1/${verb}`, { body: { position: '12' } });
    const all = [...flags, '--reason', ' checked by hand ', '--ticket', 'T-1', '--expect-state', 'running', '--expect-execution', 'R1~A1~1', '--idempotency-key', 'k1'];
    await expect(job(verb, ...all)).resolves.toMatchObject({ code: 0, stdout: `job A1 of run R1 ${said} (position 12)\n` });
    expect(sent()).toEqual({ reason: 'checked by hand', ticket: 'T-1', expect: { state: 'running', executionId: 'R1~A1~1' }, ...body });
    expect(server.seen[0]?.headers['idempotency-key']).toBe('k1');
  });

  it('sends nothing that was not said, under a key of its own', async () => {
    server.on(`POST /runs/R1/jobs/A1/${verb}`, { body: { position: '12' } });
    await expect(job(verb, ...needed, '--reason', 'x', '--json')).resolves.toMatchObject({ code: 0, stdout: '{"position":"12"}\n' });
    expect(sent()).toEqual({ reason: 'x', ...neededBody });
    expect(server.seen[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('asks for a reason on a terminal', async () => {
    server.on(`POST /runs/R1/jobs/A1/${verb}`, { body: { position: '12' } });
    await expect(cli(['job', verb, 'R1', 'A1', ...needed], world({ tty: true, input: 'seen on the host\n' }))).resolves.toMatchObject({ code: 0 });
    expect(sent()).toMatchObject({ reason: 'seen on the host' });
  });

  it('is wrong usage without a reason where no person sits', async () => {
    await expect(job(verb, ...needed)).resolves.toMatchObject({ code: 2, stdout: '', stderr: 'kiroku: a reason is required: --reason "..." (it goes on record)\n' });
    expect(server.seen).toEqual([]);
  });

  it('says in one line why it was refused, and exits with 1', async () => {
    server.on(`POST /runs/R1/jobs/A1/${verb}`, problem(409, 'job-waiting', 'it is waiting'));
    await expect(job(verb, ...needed, '--reason', 'x')).resolves.toMatchObject({ code: 1, stdout: '', stderr: 'kiroku: it is waiting (job-waiting)\n' });
  });

  it('explains itself, also for when the agent is away', async () => {
    const { code, stdout } = await cli(['job', verb, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/agent/);
    for (const flag of ['--reason', '--ticket', '--expect-state', '--expect-execution', '--idempotency-key', ...flags.filter((each) => each.startsWith('--'))]) expect(stdout).toContain(flag);
  });
});

describe('a verb that finds it so already', () => {
  const skipped = { decision: 'skip' as const, at: T0, actor: { kind: 'operator' as const, id: 'hanako' }, reason: 'done by hand' };
  const found = (lastDecision?: JobDecision) => run({ jobs: [viewOfJob('A1', { state: 'skipped', ...(lastDecision === undefined ? {} : { lastDecision }) })] });

  beforeEach(() => server.on('POST /runs/R1/jobs/A1/skip', { body: { position: '12', alreadySo: true } }));

  it('says that nothing was recorded, and by whom it was so', async () => {
    server.on('GET /runs/R1', { body: found(skipped) });
    const stdout = 'nothing was recorded, it was so already: job A1 of run R1 is skipped (skipped 12:00:00 by hanako: done by hand)\n';
    await expect(job('skip', '--reason', 'another reason')).resolves.toMatchObject({ code: 0, stdout, stderr: '' });
  });

  it.each([
    ['nobody is known to have', { body: found() }], ['another decision came last', { body: found({ ...skipped, decision: 'adopt' }) }],
    ['the question fails', problem(503, 'store-unavailable', 'the log cannot be read')],
  ])('says so too when %s', async (_, answer) => {
    server.on('GET /runs/R1', answer);
    await expect(job('skip', '--reason', 'x')).resolves.toMatchObject({ code: 0, stdout: 'nothing was recorded, it was so already: job A1 of run R1 is skipped\n', stderr: '' });
  });

  it('asks nothing more with --json', async () => {
    await expect(job('skip', '--reason', 'x', '--json')).resolves.toMatchObject({ code: 0, stdout: '{"position":"12","alreadySo":true}\n' });
    expect(server.seen).toHaveLength(1);
  });
});

describe('job settle', () => {
  it.each([
    ['no outcome', []],
    ['an outcome that is none', ['--outcome', 'lost']],
    ['an exit code that is no number', ['--outcome', 'failed', '--exit-code', 'one']],
    ['an exit code that is no whole number', ['--outcome', 'failed', '--exit-code', '1.5']],
    ['an empty exit code', ['--outcome', 'failed', '--exit-code', '']],
  ])('is wrong usage with %s', async (_, flags) => {
    await expect(job('settle', '--reason', 'x', ...flags)).resolves.toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^kiroku: .*\n$/) as string });
    expect(server.seen).toEqual([]);
  });

  it('takes an exit code of 0', async () => {
    server.on('POST /runs/R1/jobs/A1/settle', { body: { position: '12' } });
    await job('settle', '--reason', 'x', '--outcome', 'succeeded', '--exit-code', '0');
    expect(sent()).toEqual({ reason: 'x', outcome: 'succeeded', exitCode: 0 });
  });
});

describe('job', () => {
  it('lists every verb with one line', async () => {
    const { stdout } = await cli(['job', '--help']);
    for (const { verb } of cases) expect(stdout).toMatch(new RegExp(`^ {2}${verb} \\[options\\] <run> <job> +\\w`, 'm'));
    expect(stdout).not.toContain('pending: stop');
  });
});
