import { FakeServer, problem } from '../testing/fake-server.js';
import { cli, inProcess } from '../testing/in-process.js';
import { startKiroku } from '../testing/run-kiroku.js';
import { agentLocal, T0 } from '../testing/views.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const run = (...args: string[]) => cli(['agent', ...args], inProcess({ env: { KIROKU_URL: server.url } }));
const sent = () => JSON.parse(server.seen[0]?.body ?? 'null') as unknown;
const drained = { since: T0, by: { kind: 'operator' as const, id: 'hanako' }, reason: 'new disks' };
const list = (openExecutions: number, more: object = { drained }) => ({ body: { items: [{ ...agentLocal, name: 'other' }, { ...agentLocal, openExecutions, ...more }] } });

describe.each([['drain', 'is drained: nothing more is dispatched to it'], ['resume', 'gets work again'], ['declare-lost', 'is declared lost: nobody waits for what it had']])('agent %s', (verb, said) => {
  it('sends reason, ticket and expectation under the key that was given', async () => {
    server.on(`POST /agents/local/${verb}`, { body: { position: '12' } });
    const flags = ['--reason', 'new disks', '--ticket', 'T-1', '--expect-session', '4', '--idempotency-key', 'k1'];
    await expect(run(verb, 'local', ...flags)).resolves.toMatchObject({ code: 0, stdout: `agent local ${said} (position 12)\n` });
    expect(sent()).toEqual({ reason: 'new disks', ticket: 'T-1', expect: { session: 4 } });
    expect(server.seen[0]?.headers['idempotency-key']).toBe('k1');
  });

  it('prints what the API answered with --json', async () => {
    server.on(`POST /agents/local/${verb}`, { body: { position: '12' } });
    await expect(run(verb, 'local', '--reason', 'x', '--json')).resolves.toMatchObject({ code: 0, stdout: '{"position":"12"}\n' });
    expect(sent()).toEqual({ reason: 'x' });
  });

  it('says in one line why it was refused, and exits with 1', async () => {
    server.on(`POST /agents/local/${verb}`, problem(404, 'agent-not-found', 'there is no agent local'));
    await expect(run(verb, 'local', '--reason', 'x')).resolves.toMatchObject({ code: 1, stdout: '', stderr: 'kiroku: there is no agent local (agent-not-found)\n' });
  });

  it('explains itself, also for when the agent is away', async () => {
    await expect(run(verb, '--help')).resolves.toMatchObject({ code: 0, stdout: expect.stringMatching(/\baway\b/) as string });
  });
});

describe('a reason', () => {
  it('is needed to drain, not to resume', async () => {
    expect(await run('drain', 'local')).toMatchObject({ code: 2, stdout: '' });
    expect(server.seen).toEqual([]);
    server.on('POST /agents/local/resume', { body: { position: '12' } });
    expect(await run('resume', 'local', '--expect-since', T0)).toMatchObject({ code: 0 });
    expect(sent()).toEqual({ expect: { drainedSince: T0 } });
  });
});

describe('agent drain --wait', () => {
  beforeEach(() => server.on('POST /agents/local/drain', { body: { position: '12' } }));

  it('ends when nothing runs there any more, by answers that know of the drain', async () => {
    server.on('GET /agents', list(2), list(2), list(1, { drained, state: 'away' }), list(0));
    const { code, stdout } = await run('drain', 'local', '--reason', 'x', '--wait');
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n').slice(1)).toEqual([
      '2 executions are still open', '1 execution is still open; agent local is away, so that nobody hears of their end', 'nothing runs on agent local any more; it is safe to take down',
    ]);
    expect(server.seen.slice(1).map(({ query }) => query['after'])).toEqual(['12', '12', '12', '12']);
  });

  it('prints with --json what the API answered, and the agent at the end', async () => {
    server.on('GET /agents', list(1), list(0));
    const lines = (await run('drain', 'local', '--reason', 'x', '--wait', '--json')).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([{ position: '12' }, { ...agentLocal, openExecutions: 0, drained }]);
  });

  it('fails when somebody resumes the agent meanwhile', async () => {
    server.on('GET /agents', list(1), list(0, {}));
    expect(await run('drain', 'local', '--reason', 'x', '--wait')).toMatchObject({ code: 1, stderr: 'kiroku: agent local is not drained any more: somebody has resumed it\n' });
  });

  it('waits for a server that is away, and says so once', async () => {
    server.on('GET /agents', list(1), problem(503, 'unavailable', 'the store is away'), 'break', list(0));
    const { code, stderr } = await run('drain', 'local', '--reason', 'x', '--wait');
    expect(code).toBe(0);
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining('the store is away'), expect.stringContaining('answers again')]);
  });

  it('ends with 130 on Ctrl-C, and says that the agent stays drained', async () => {
    server.on('GET /agents', list(1));
    const drain = startKiroku(['agent', 'drain', 'local', '--reason', 'x', '--wait'], { url: server.url });
    await drain.said('1 execution is still open');
    drain.child.kill('SIGINT');
    await expect(drain.ended).resolves.toMatchObject({ code: 130, stderr: 'kiroku: no longer waiting; agent local stays drained\n' });
  });
});

describe('agent list', () => {
  it('shows whose order drained an agent', async () => {
    server.on('GET /agents', list(0));
    const [heading, other, local] = (await run('list')).stdout.split('\n');
    expect(heading).toContain('DRAINED');
    expect(other).not.toContain('by hanako');
    expect(local).toMatch(/^local +connected .* 8 +0 +since .* by hanako: new disks +h1/);
  });
});
