import { FakeServer, problem } from '../testing/fake-server.js';
import { kiroku } from '../testing/run-kiroku.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const cli = (...args: string[]) => kiroku(args, { url: server.url });

describe('job skip', () => {
  it('sends reason, ticket and expectation', async () => {
    server.on('POST /runs/R1/jobs/A1/skip', { body: { position: '12' } });
    const flags = ['--reason', 'checked by hand', '--ticket', 'T-1', '--expect-state', 'running', '--expect-execution', 'R1~A1~1'];
    await expect(cli('job', 'skip', 'R1', 'A1', ...flags)).resolves.toMatchObject({ code: 0, stdout: 'job A1 of run R1 is skipped (position 12)\n' });
    expect(JSON.parse(server.seen[0]!.body)).toEqual({ reason: 'checked by hand', ticket: 'T-1', expect: { state: 'running', executionId: 'R1~A1~1' } });
  });

  it('sends no expectation unless there is one, and the key that was given', async () => {
    server.on('POST /runs/R1/jobs/A1/skip', { body: { position: '12' } });
    await expect(cli('job', 'skip', 'R1', 'A1', '--reason', 'x', '--idempotency-key', 'k1', '--json')).resolves.toMatchObject({ code: 0, stdout: '{"position":"12"}\n' });
    expect(JSON.parse(server.seen[0]!.body)).toEqual({ reason: 'x' });
    expect(server.seen[0]!.headers['idempotency-key']).toBe('k1');
  });

  it('says in one line why it was refused', async () => {
    server.on('POST /runs/R1/jobs/A1/skip', problem(409, 'wrong-state', 'A1 cannot be skipped:\nit has finished'));
    await expect(cli('job', 'skip', 'R1', 'A1', '--reason', 'x')).resolves.toMatchObject({ code: 1, stdout: '', stderr: 'kiroku: A1 cannot be skipped: it has finished (wrong-state)\n' });
  });

  it('prints the problem document with --json', async () => {
    server.on('POST /runs/R1/jobs/A1/skip', problem(409, 'wrong-state', 'no'));
    const { code, stdout } = await cli('job', 'skip', 'R1', 'A1', '--reason', 'x', '--json');
    expect({ code, problem: JSON.parse(stdout).code }).toEqual({ code: 1, problem: 'wrong-state' });
  });

  it('is wrong usage without a reason where no person sits', async () => {
    await expect(cli('job', 'skip', 'R1', 'A1')).resolves.toMatchObject({ code: 2, stderr: 'kiroku: a reason is required: --reason "..." (it goes on record)\n' });
    expect(server.seen).toEqual([]);
  });
});

describe('job output --tail', () => {
  const output = { stream: 'stdout', executionId: 'R1~A1~1', bytes: 10, tail: 'line 1\n終わり', complete: true };

  it('writes the tail as it is', async () => {
    server.on('GET /runs/R1/jobs/A1/output', { body: output });
    await expect(cli('job', 'output', 'R1', 'A1', '--tail')).resolves.toEqual({ code: 0, signal: null, stdout: 'line 1\n終わり', stderr: '' });
    expect(server.seen[0]!.query).toEqual({ stream: 'stdout' });
  });

  it('says on stderr that it is not all', async () => {
    server.on('GET /runs/R1/jobs/A1/output', { body: { ...output, stream: 'stderr', bytes: 9000, complete: false } });
    const { stdout, stderr } = await cli('job', 'output', 'R1', 'A1', '--stream', 'stderr', '--tail', '--attempt', '2');
    expect(stdout).toBe(output.tail);
    expect(stderr).toBe('kiroku: this is the end of 9.0 kB; without --tail the whole is fetched from the agent\n');
    expect(server.seen[0]!.query).toEqual({ stream: 'stderr', attempt: '2' });
  });

  it('is what --json prints as the API answered it', async () => {
    server.on('GET /runs/R1/jobs/A1/output', { body: output });
    expect(JSON.parse((await cli('job', 'output', 'R1', 'A1', '--json')).stdout)).toEqual(output);
  });
});

describe('job output', () => {
  it.each([['--stream', 'log'], ['--attempt', '0'], ['--follow', '--json'], ['--follow', '--tail']])('takes no %s %s', async (...flags) => {
    expect(await cli('job', 'output', 'R1', 'A1', ...flags)).toMatchObject({ code: 2 });
  });
});
