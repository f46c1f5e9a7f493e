import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Canned, FakeServer, problem, type Seen } from '../testing/fake-server.js';
import { checkout, kiroku } from '../testing/run-kiroku.js';

const ROUTE = 'GET /runs/R1/jobs/A1/output';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const cli = (...args: string[]) => kiroku(['job', 'output', 'R1', 'A1', ...args], { url: server.url });

function bytes(body: string | Buffer, headers: Record<string, string> = {}, more: Partial<Canned> = {}): Canned {
  const said = { 'x-kiroku-execution': 'R1~A1~1', 'x-kiroku-complete': 'true', 'x-kiroku-state': 'ended', ...headers };
  return { type: 'application/octet-stream', body, headers: said, ...more };
}

function onRecord(content: string): Canned {
  return { body: { stream: 'stdout', executionId: 'R1~A1~1', bytes: Buffer.byteLength(content), sha256: createHash('sha256').update(content).digest('hex'), tail: '', complete: false } };
}

/** Bytes one after the other, the last ones for ever; and what is on record for whoever asks for JSON. */
function answering(record: Canned, ...parts: Canned[]): void {
  server.on(ROUTE, ({ headers }: Seen) => {
    if (headers.accept === 'application/json') return record;
    return parts.length > 1 ? parts.shift()! : parts[0]!;
  });
}

const asked = () => server.seen.filter(({ headers }) => headers.accept !== 'application/json').map(({ query }) => query);

it('writes what comes, and compares it with the result', async () => {
  answering(onRecord('line 1\n終わり'), bytes('line 1\n終わり'));
  expect(await cli('--stream', 'stderr', '--attempt', '2')).toEqual({ code: 0, signal: null, stdout: 'line 1\n終わり', stderr: '' });
  expect(asked()).toEqual([{ stream: 'stderr', attempt: '2' }]);
  expect(server.seen.at(-1)?.query).toEqual({ stream: 'stderr', execution: 'R1~A1~1' });
});

it.each([['other bytes', 'abcX'], ['fewer bytes', 'abc'], ['more bytes', 'abcde']])('fails when these are %s than the result tells of', async (_, got) => {
  answering(onRecord('abcd'), bytes(got));
  const { code, stdout, stderr } = await cli();
  expect({ code, stdout }).toEqual({ code: 1, stdout: got });
  expect(stderr).toContain('these are not the bytes that the result of R1~A1~1 tells of');
});

it('waits for the result of what has just ended', async () => {
  const records = [problem(404, 'no-output', 'not yet'), onRecord('abc')];
  server.on(ROUTE, ({ headers }: Seen) => (headers.accept === 'application/json' ? records.shift()! : bytes('abc')));
  expect(await cli('--follow')).toMatchObject({ code: 0, stdout: 'abc', stderr: '' });
});

it('says of what is incomplete why, and how much there is', async () => {
  answering(onRecord('x'.repeat(1_234_567)), bytes('the end', { 'x-kiroku-complete': 'false', 'x-kiroku-reason': 'agent local is silent since 2026-11-20T12:00:00.000Z' }));
  const { code, stdout, stderr } = await cli();
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'the end' });
  expect(stderr).toBe('kiroku: incomplete: agent local is silent since 2026-11-20T12:00:00.000Z; these are the last 7 bytes of 1.2 MB\n');
});

it('says that a job still runs', async () => {
  answering(problem(404, 'no-output', 'not yet'), bytes('so far', { 'x-kiroku-complete': 'false', 'x-kiroku-state': 'running' }));
  expect(await cli()).toMatchObject({ code: 0, stdout: 'so far', stderr: 'kiroku: A1 still runs; these are the first 6 bytes, --follow waits for the rest\n' });
});

it('goes on behind the bytes that it has when the connection breaks, with the same execution', async () => {
  answering(onRecord('one two three'), bytes('one ', { 'content-length': '13' }, { cut: true }), problem(503, 'agent-away', 'the agent is away'), bytes('two ', {}, { cut: true }), bytes('three'));
  const { code, stdout, stderr } = await cli('--follow');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'one two three' });
  expect(asked().map(({ execution, from, follow }) => [execution, from, follow])).toEqual([
    [undefined, undefined, 'true'], ['R1~A1~1', '4', 'true'], ['R1~A1~1', '4', 'true'], ['R1~A1~1', '8', 'true'],
  ]);
  expect(stderr.split('\n').filter((line) => line.includes('going on at byte'))).toEqual(['kiroku: going on at byte 4', 'kiroku: going on at byte 8']);
});

it('never puts the output of another execution behind it', async () => {
  answering(onRecord('x'), bytes('one ', {}, { cut: true }), bytes('two', { 'x-kiroku-execution': 'R1~A1~2' }));
  expect(await cli('--follow')).toMatchObject({ code: 1, stdout: 'one ', stderr: expect.stringContaining('R1~A1~2, which is not R1~A1~1') as string });
});

it('is refused at once where there is nothing, and exits 3 where there is no server', async () => {
  server.on(ROUTE, problem(503, 'agent-away', 'agent local is silent since noon'));
  expect(await cli('--follow')).toMatchObject({ code: 1, stdout: '', stderr: 'kiroku: agent local is silent since noon (agent-away)\n' });
  server.on(ROUTE, 'break');
  expect(await cli('--follow')).toMatchObject({ code: 3 });
});

it('writes bytes that are no text, and ends quietly when nobody reads them', async () => {
  const content = Buffer.from(Array.from({ length: 400_000 }, (_, index) => (index * 7) % 256));
  answering(problem(404, 'no-output', 'none'), bytes(content));
  const child = spawn(join(checkout, 'bin', 'kiroku'), ['job', 'output', 'R1', 'A1'], { env: { PATH: process.env['PATH'], KIROKU_URL: server.url }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [first] = (await once(child.stdout, 'data')) as [Buffer];
  child.stdout.destroy();
  const [code] = (await once(child, 'exit')) as [number];
  expect({ code, isSame: first.equals(content.subarray(0, first.length)) }).toEqual({ code: 0, isSame: true });
});
