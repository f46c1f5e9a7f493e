import { FakeServer, problem } from '../testing/fake-server.js';
import { cli as run, inProcess } from '../testing/in-process.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const cli = (...args: string[]) => run(args, inProcess({ env: { KIROKU_URL: server.url, KIROKU_TOKEN: 't' } }));

describe('log show', () => {
  const view = { logId: 'l-1', epoch: 1, position: '4711', agentsAhead: [{ agent: 'local', position: '5000', epoch: 1, at: '2026-11-22T20:57:59.123Z' }] };

  it('names the log, its epoch, and who knows more than it holds', async () => {
    server.on('GET /log', { body: view });
    const { code, stdout } = await cli('log', 'show');
    expect(code).toBe(0);
    expect(stdout).toContain('log l-1, at position 4711, epoch 1');
    expect(stdout).toContain('agent local was told of position 5000, which this log does not hold');
    expect(stdout).toContain('kiroku log restored');
  });

  it('is the answer itself with --json', async () => {
    server.on('GET /log', { body: view });
    expect(JSON.parse((await cli('log', 'show', '--json')).stdout)).toEqual(view);
  });
});

describe('log restored', () => {
  it('sends the word with its reason and what was expected', async () => {
    server.on('POST /log/restored', { body: { position: '4712' } });
    const { code, stdout } = await cli('log', 'restored', '--reason', 'disk broke', '--expect-epoch', '0');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('(position 4712)') as string });
    expect(JSON.parse(server.seen[0]!.body)).toEqual({ reason: 'disk broke', expect: { epoch: 0 } });
  });

  it('needs a reason', async () => {
    expect((await cli('log', 'restored')).code).toBe(2);
    expect(server.seen).toEqual([]);
  });

  it('says why it was refused', async () => {
    server.on('POST /log/restored', problem(409, 'not-as-expected', 'the log is in epoch 1, not 0'));
    expect(await cli('log', 'restored', '--reason', 'r')).toMatchObject({ code: 1, stderr: expect.stringContaining('the log is in epoch 1') as string });
  });
});
