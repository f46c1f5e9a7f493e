import { FakeServer, problem } from '../testing/fake-server.js';
import { cli, inProcess } from '../testing/in-process.js';
import { event, execution, T0 } from '../testing/views.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const run = (...args: string[]) => cli(['execution', ...args], inProcess({ env: { KIROKU_URL: server.url } }));
const ID = 'R1~A1~1';

describe('execution abandon', () => {
  it('sends the reason and the ticket under the key that was given', async () => {
    server.on(`POST /executions/${ID}/abandon`, { body: { position: '12' } });
    await expect(run('abandon', ID, '--reason', 'no host', '--ticket', 'T-1', '--idempotency-key', 'k1')).resolves.toMatchObject({ code: 0, stdout: `execution ${ID} is abandoned (position 12)\n` });
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({ reason: 'no host', ticket: 'T-1' });
    expect(server.seen[0]?.headers['idempotency-key']).toBe('k1');
  });

  it('wants a reason, and says in one line why it was refused', async () => {
    expect((await run('abandon', ID)).code).toBe(2);
    server.on(`POST /executions/${ID}/abandon`, problem(409, 'execution-ended', `${ID} cannot be abandoned: it is finished`));
    await expect(run('abandon', ID, '--reason', 'x')).resolves.toMatchObject({ code: 1, stderr: `kiroku: ${ID} cannot be abandoned: it is finished (execution-ended)\n` });
  });

  it('explains itself, also for when the agent is back', async () => {
    await expect(run('abandon', '--help')).resolves.toMatchObject({ code: 0, stdout: expect.stringMatching(/agent is back[^]*late one/) as string });
  });
});

describe('execution show', () => {
  const view = {
    runId: 'R1', jobnet: 'A', jobId: 'A1', jobState: 'running', execution: execution({ evidence: { kind: 'unreachable', since: T0 } }),
    events: [event(4, { type: 'JobDispatched' }), event(7, { type: 'ExecutionAbandoned', reason: 'no host', ticket: 'T-1' })],
  };

  it('says what is known of it since when, and who said what of it', async () => {
    server.on(`GET /executions/${ID}`, { body: view });
    const lines = (await run('show', ID)).stdout.split('\n');
    expect(lines[0]).toBe(`execution ${ID}, attempt 1 of job A1 (running) of run R1 of jobnet A`);
    expect(lines[1]).toMatch(/^running on agent local, agent unreachable since 12:00:00 \(/);
    expect(lines.slice(4)).toEqual([expect.stringMatching(/^4 .* JobDispatched +hanako$/), expect.stringMatching(/^7 .* ExecutionAbandoned +hanako +no host \[T-1\]$/), '']);
  });

  it('prints what the API answered with --json', async () => {
    server.on(`GET /executions/${ID}`, { body: view });
    expect(JSON.parse((await run('show', ID, '--json')).stdout)).toEqual(view);
  });
});
