import { FakeServer, problem } from '../testing/fake-server.js';
import { cli, inProcess } from '../testing/in-process.js';
import { jobnetA, T0, T1 } from '../testing/views.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const world = (more: Parameters<typeof inProcess>[0] = {}) => inProcess({ ...more, env: { KIROKU_URL: server.url, TZ: 'UTC' } });
const run = (...args: string[]) => cli(['jobnet', ...args], world());
const sent = () => JSON.parse(server.seen[0]?.body ?? 'null') as unknown;
const closed = { since: T1, by: { kind: 'operator' as const, id: 'hanako' }, reason: 'month-end freeze', ticket: 'OPS-7' };

describe.each([
  ['enable', 'is enabled'],
  ['disable', 'is disabled: no run of it can be started'],
  ['retire', 'is retired: out of the lists, and no run of it can be started'],
])('jobnet %s', (verb, said) => {
  it('sends reason, ticket and expectation under the key that was given', async () => {
    server.on(`POST /jobnets/A/${verb}`, { body: { position: '12' } });
    const flags = ['--reason', 'freeze', '--ticket', 'T-1', '--expect-state', 'enabled', '--expect-version', '2', '--idempotency-key', 'k1'];
    await expect(run(verb, 'A', ...flags)).resolves.toMatchObject({ code: 0, stdout: `jobnet A ${said} (position 12)\n` });
    expect(sent()).toEqual({ reason: 'freeze', ticket: 'T-1', expect: { state: 'enabled', version: 2 } });
    expect(server.seen[0]?.headers['idempotency-key']).toBe('k1');
  });

  it('prints what the API answered with --json, and sends no expectation unless there is one', async () => {
    server.on(`POST /jobnets/A/${verb}`, { body: { position: '12' } });
    await expect(run(verb, 'A', '--reason', 'x', '--json')).resolves.toMatchObject({ code: 0, stdout: '{"position":"12"}\n' });
    expect(sent()).toEqual({ reason: 'x' });
  });

  it.each([['a blank reason', ['--reason', ' ']], ['a version that is none', ['--reason', 'x', '--expect-version', 'new']]])('is wrong usage with %s', async (_, flags) => {
    await expect(run(verb, 'A', ...flags)).resolves.toMatchObject({ code: 2, stdout: '' });
    expect(server.seen).toEqual([]);
  });

  it('says in one line why it was refused, and exits with 1', async () => {
    server.on(`POST /jobnets/A/${verb}`, problem(409, 'jobnet-retired', 'A cannot be disabled: it is retired'));
    await expect(run(verb, 'A', '--reason', 'x')).resolves.toMatchObject({ code: 1, stdout: '', stderr: 'kiroku: A cannot be disabled: it is retired (jobnet-retired)\n' });
  });
});

describe('a reason', () => {
  it.each(['disable', 'retire'])('is needed to %s, and asked for on a terminal', async (verb) => {
    expect(await run(verb, 'A')).toMatchObject({ code: 2, stdout: '', stderr: 'kiroku: a reason is required: --reason "..." (it goes on record)\n' });
    expect(server.seen).toEqual([]);
    server.on(`POST /jobnets/A/${verb}`, { body: { position: '12' } });
    await cli(['jobnet', verb, 'A'], world({ tty: true, input: 'asked by hanako\n' }));
    expect(sent()).toEqual({ reason: 'asked by hanako' });
  });

  it('is not needed to enable, and nobody is asked', async () => {
    server.on('POST /jobnets/A/enable', { body: { position: '12' } });
    await expect(cli(['jobnet', 'enable', 'A'], world({ tty: true }))).resolves.toMatchObject({ code: 0, stderr: '' });
    expect(sent()).toEqual({});
  });
});

describe('jobnet list', () => {
  it('shows the state, and whose order closed a jobnet', async () => {
    server.on('GET /jobnets', { body: { items: [jobnetA, { ...jobnetA, jobnet: 'B', state: 'disabled', closed }] } });
    const [, a, b] = (await run('list')).stdout.split('\n');
    expect(a).toMatch(/^A +enabled +2 +2 +\S.* hanako$/);
    expect(b).toMatch(/^B +disabled +2 +2 +.* hanako +since \S*.* by hanako: month-end freeze \[OPS-7\]$/);
  });

  it.each<[string[], object]>([
    [[], {}], [['--state', 'retired'], { state: 'retired' }], [['--all'], { state: 'enabled,disabled,retired', limit: '1000' }], [['--all', '--state', 'disabled'], { state: 'disabled', limit: '1000' }],
  ])('asks for the retired ones only when it is told to: %j', async (flags, query) => {
    server.on('GET /jobnets', { body: { items: [jobnetA] } });
    expect((await run('list', ...flags)).code).toBe(0);
    expect(server.seen[0]?.query).toEqual(query);
  });
});

describe('jobnet show', () => {
  it('says why no run of it can be started', async () => {
    server.on('GET /jobnets/A', { body: { ...jobnetA, state: 'retired', closed } });
    expect((await run('show', 'A')).stdout).toMatch(/\nretired since .* by hanako: month-end freeze \[OPS-7\]: no run of it can be started\n/);
  });
});

describe('jobnet versions', () => {
  const items = [1, 2].map((version) => ({ version, definition: jobnetA.definition, at: T0, actor: { kind: 'operator', id: 'hanako' } }));

  it('shows every version, with who defined it', async () => {
    server.on('GET /jobnets/A/versions', { body: { items, next: '2' } });
    const { stdout, stderr } = await run('versions', 'A', '--limit', '2');
    expect(stdout.trimEnd().split('\n').map((line) => line.split(/ {2,}/).filter((_, column) => column !== 2))).toEqual([['VERSION', 'JOBS', 'BY'], ['1', '2', 'hanako'], ['2', '2', 'hanako']]);
    expect(server.seen[0]?.query).toEqual({ limit: '2' });
    expect(stderr).toContain('there is more');
  });

  it('prints what the API answered with --json', async () => {
    server.on('GET /jobnets/A/versions', { body: { items } });
    expect(JSON.parse((await run('versions', 'A', '--json')).stdout)).toEqual({ items });
  });
});
